package dev.pglet.server;

import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import java.util.List;

/** What can be done to a server. A kind wraps these in its own sealed steps. */
public sealed interface ServerStep extends Step {
  @Override
  default Risk risk() {
    return Risk.SAFE;
  }

  /** Whether it ends a server, or its volume, and runs no program as its account. */
  default boolean ends() {
    return this instanceof StopServer
        || this instanceof RetainVolume
        || this instanceof DestroyVolume;
  }

  /** Fetches and unpacks binaries. */
  record InstallBinaries(PostgresVersion version) implements ServerStep {
    @Override
    public String describe() {
      return "installing the PostgreSQL " + version + " binaries";
    }
  }

  /**
   * Reserves a port, then makes the volume with the port in its marker.
   *
   * @param port the wanted port, 0 for any
   */
  record CreateVolume(String volume, int port) implements ServerStep {
    @Override
    public String describe() {
      return "creating volume " + volume;
    }
  }

  /**
   * Takes over a volume that an earlier pglet made, or in which owners were changed: all but the
   * data becomes root's, where root starts servers as another account, and the configuration leaves
   * the data directory. Every other step on a volume begins with it, too.
   */
  record SecureVolume(String volume) implements ServerStep {
    @Override
    public String describe() {
      return "taking over the files of volume " + volume + ", all but the data";
    }
  }

  /**
   * Makes the directories that the server writes to beside its data.
   *
   * @param what their paths
   */
  record MakeDirectories(List<String> what) implements ServerStep {
    public MakeDirectories {
      what = List.copyOf(what);
    }

    @Override
    public String describe() {
      return "making the directories of the server: " + String.join(", ", what);
    }
  }

  /**
   * Removes files of the server's log that are kept no longer.
   *
   * @param files their names
   */
  record RemoveOldLogs(List<String> files) implements ServerStep {
    public RemoveOldLogs {
      files = List.copyOf(files);
    }

    @Override
    public String describe() {
      return "removing %d log files that are older than spec.logs.retention"
          .formatted(files.size());
    }
  }

  /**
   * Puts a certificate and its key in place, and writes into the marker which. Whoever uses another
   * pair goes on with that until the configuration names this one.
   */
  record PlaceCertificate(String because) implements ServerStep {
    @Override
    public String describe() {
      return "putting a server certificate in place: " + because;
    }
  }

  /** Takes retained data into service again. */
  record ResumeVolume(String volume) implements ServerStep {
    @Override
    public String describe() {
      return "resuming the retained data of volume " + volume;
    }
  }

  /** Reserves another port and writes it into the marker. The server is touched later. */
  record MovePort(int from, int to) implements ServerStep {
    @Override
    public String describe() {
      return "moving from port " + from + " to " + to;
    }
  }

  /** Writes into the marker which binaries the data is run with from the next start. */
  record UseBinaries(String source, PostgresVersion version) implements ServerStep {
    @Override
    public String describe() {
      return "switching to the " + source + " binaries of PostgreSQL " + version;
    }
  }

  /**
   * Checks the configuration, writes it and lets a running server read it.
   *
   * @param hash of the configuration
   * @param changes names of settings that change
   * @param running whether a server will reload
   */
  record ApplyConfiguration(String hash, List<String> changes, boolean running)
      implements ServerStep {
    public ApplyConfiguration {
      changes = List.copyOf(changes);
    }

    @Override
    public String describe() {
      String what = changes.isEmpty() ? "" : ": " + String.join(", ", changes);
      return (running ? "reloading the configuration" : "writing the configuration") + what;
    }

    @Override
    public Risk risk() {
      return running ? Risk.RELOAD : Risk.SAFE;
    }
  }

  /**
   * Writes the configuration anew where somebody else than pglet has changed its files, and lets a
   * running server read it.
   *
   * @param hash of the configuration
   * @param found what is not as pglet has left it
   * @param running whether a server will reload
   */
  record CorrectConfiguration(String hash, List<String> found, boolean running)
      implements ServerStep {
    public CorrectConfiguration {
      found = List.copyOf(found);
    }

    @Override
    public String describe() {
      return "correcting the configuration: " + String.join("; ", found);
    }

    @Override
    public Risk risk() {
      return running ? Risk.RELOAD : Risk.SAFE;
    }
  }

  /** Lets a running server read the files that are as desired already. */
  record Reload(String hash) implements ServerStep {
    @Override
    public String describe() {
      return "reloading the configuration";
    }

    @Override
    public Risk risk() {
      return Risk.RELOAD;
    }

    @Override
    public Retry retry() {
      return Retry.BUSY;
    }
  }

  /** Removes what ALTER SYSTEM set over the manifest. */
  record ResetOverrides(List<String> settings) implements ServerStep {
    public ResetOverrides {
      settings = List.copyOf(settings);
    }

    @Override
    public String describe() {
      return "resetting what ALTER SYSTEM set over the manifest: " + String.join(", ", settings);
    }

    @Override
    public Risk risk() {
      return Risk.RELOAD;
    }
  }

  /** Keeps the configuration that the server runs with as the one to go back to. */
  record RememberGood(String hash) implements ServerStep {
    @Override
    public String describe() {
      return "keeping the configuration as the last good one";
    }
  }

  /** Lets a running server read its files anew because somebody asked for it. */
  record ReloadAsAsked(String token, String hash) implements ServerStep {
    @Override
    public String describe() {
      return "reloading the configuration, as " + token + " asks";
    }

    @Override
    public Risk risk() {
      return Risk.RELOAD;
    }
  }

  /** Notes that nothing is to be restarted or reloaded, as the server is down on purpose. */
  record NoteTokens() implements ServerStep {
    @Override
    public String describe() {
      return "noting that a server that is down needs no restart or reload";
    }
  }

  /** Notes that the server has ended by itself: nobody has stopped it. */
  record NoteEnd() implements ServerStep {
    @Override
    public String describe() {
      return "noting that the server has ended by itself";
    }
  }

  /** Notes that a server which had ended by itself runs again. */
  record NoteRestart() implements ServerStep {
    @Override
    public String describe() {
      return "noting that the server runs again";
    }
  }

  /** Starts the server. */
  record StartServer(int port) implements ServerStep {
    @Override
    public String describe() {
      return "starting the server on port " + port;
    }

    @Override
    public Retry retry() {
      return Retry.BUSY;
    }
  }

  /** Stops the server. */
  record StopServer() implements ServerStep {
    @Override
    public String describe() {
      return "stopping the server";
    }

    @Override
    public Risk risk() {
      return Risk.RESTART;
    }

    @Override
    public boolean staggered() {
      return false;
    }
  }

  /**
   * Stops and starts the server; goes back to the last good configuration when it does not come up.
   *
   * @param because names of settings, or what else asks for it
   */
  record RestartServer(List<String> because) implements ServerStep {
    public RestartServer {
      because = List.copyOf(because);
    }

    @Override
    public String describe() {
      return "restarting the server for " + String.join(", ", because);
    }

    @Override
    public Risk risk() {
      return Risk.RESTART;
    }
  }

  /** Keeps the data of a deleted resource. */
  record RetainVolume(String volume) implements ServerStep {
    @Override
    public String describe() {
      return "keeping the data of volume " + volume;
    }
  }

  /**
   * Removes the data and the secrets of a deleted resource.
   *
   * @param givenBack the data directory that was there before, and stays; empty: there was none
   */
  record DestroyVolume(String volume, String givenBack) implements ServerStep {
    /** With all its data. */
    public DestroyVolume(String volume) {
      this(volume, "");
    }

    @Override
    public String describe() {
      return "removing volume %s and its secrets%s"
          .formatted(
              volume,
              givenBack.isEmpty()
                  ? ""
                  : "; the data in %s, which was adopted, stays".formatted(givenBack));
    }

    @Override
    public Risk risk() {
      return Risk.DESTRUCTIVE;
    }
  }
}
