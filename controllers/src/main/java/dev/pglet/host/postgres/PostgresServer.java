package dev.pglet.host.postgres;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The server processes of this host. Servers outlive this process. A server is signalled only after
 * its identity is proven: {@code /proc/PID/cwd} is the data directory, the executable is {@code
 * postgres}. Two servers never share a data directory: each inherits a {@code flock} on a file
 * beside it, which its surviving children keep. Thread-safe for different data directories.
 */
public interface PostgresServer {
  /**
   * Makes a database cluster: staged beside, synced, renamed. The superuser is {@code postgres}.
   * When the data directory exists already it is complete, and nothing is done. Leftovers of a
   * killed run ({@code <data>.init-*}) are removed first.
   */
  void initialize(InitRequest request) throws ReconcileException;

  /** The running server of a data directory. Spawns no process. A zombie is dead. */
  Optional<Postmaster> find(Path dataDirectory) throws ReconcileException;

  /**
   * Whether a process holds the lock that servers of a data directory inherit. Without a running
   * server it is one that outlived a killed server, and nothing of the directory may be touched, as
   * it may still write. Spawns no process, never waits, leaves no lock. False when there is no such
   * file.
   */
  boolean lockHeld(Path lockFile) throws ReconcileException;

  /** Who holds that lock, for people, such as {@code pid 12 (postgres)}; empty when nobody does. */
  default List<String> lockHolders(Path lockFile) throws ReconcileException {
    return lockHeld(lockFile) ? List.of("a process") : List.of();
  }

  /**
   * What a complete cluster lacks without which no server can be started, in words; empty when
   * nothing is seen to be missing. Spawns no process, reads a few bytes: it proves no data good.
   */
  default Optional<String> damage(Path dataDirectory) {
    return Optional.empty();
  }

  /**
   * Starts the server and waits until it accepts connections or is found to be recovering. A server
   * that runs already is left alone.
   *
   * @throws dev.pglet.reconcile.StepFailed when it ended, with its own last words from the log; or
   *     did not answer in time (it is left running)
   * @throws dev.pglet.reconcile.HostUnavailable when the lock is held by a surviving process, named
   *     by pid where that can be seen
   */
  Postmaster start(StartRequest request) throws ReconcileException;

  /**
   * Stops the server (SIGINT, fast) and waits until it is gone; after the deadline SIGQUIT; never
   * SIGKILL. A server that does not run is done already. A recovering server is given until the
   * deadline and then left running, as an error.
   */
  void stop(Path dataDirectory, Duration deadline) throws ReconcileException;

  /** Sends SIGHUP. An error when no server runs. */
  void reload(Path dataDirectory) throws ReconcileException;

  /** What a start-up packet is answered with. Spawns no process; takes a millisecond. */
  Readiness readiness(Path socketDirectory, int port);

  /**
   * Lets the binaries read a candidate configuration ({@code postgres -C}).
   *
   * @param configuration a whole postgresql.conf, readable by the account
   * @return what is wrong, empty when nothing is
   */
  List<ConfigurationProblem> check(
      Binaries binaries, Path dataDirectory, Path configuration, ServerAccount account)
      throws ReconcileException;

  /**
   * Runs statements in single-user mode: as the cluster's own superuser, whatever its name, with
   * the configuration in the data directory, and with the lock that a server would hold. A cluster
   * that was not shut down recovers first, however long that takes. Whoever is killed meanwhile
   * leaves the cluster as a crash does.
   *
   * @param request of no server that runs
   * @return what it printed
   * @throws dev.pglet.reconcile.StepFailed when it could not begin, with its own words; a statement
   *     that fails is told in what it printed, and the next ones are run
   */
  String alone(AloneRequest request) throws ReconcileException;

  /** Reads {@code global/pg_control} and PG_VERSION of a data directory. Spawns no process. */
  ControlData controlData(Path dataDirectory) throws ReconcileException;

  /** What a server says to a start-up packet. */
  enum Readiness {
    /** Nobody answers. */
    SILENT,
    /** Starting up, recovering or shutting down. */
    STARTING,
    ACCEPTING
  }

  /**
   * What is wrong in a configuration.
   *
   * @param line of the file, from 1; 0 when not told
   * @param setting the setting's name; empty when not told
   */
  record ConfigurationProblem(int line, String setting, String message) {}

  /**
   * What the files of a cluster say of it.
   *
   * @param majorVersion from PG_VERSION
   * @param systemIdentifier unsigned, in decimal
   * @param shutDown whether its last server was shut down in order
   */
  record ControlData(int majorVersion, String systemIdentifier, int timeline, boolean shutDown) {
    /** Of a server that was shut down. */
    public ControlData(int majorVersion, String systemIdentifier, int timeline) {
      this(majorVersion, systemIdentifier, timeline, true);
    }
  }

  /**
   * How to make a cluster.
   *
   * @param localeProvider {@code libc}, {@code icu} or {@code builtin}
   * @param walSegmentMegabytes a power of two, from 1 to 1024
   * @param walDirectory an empty directory of the account that {@code pg_wal} leads to; empty: it
   *     is a directory of its own
   */
  record InitRequest(
      Binaries binaries,
      Path dataDirectory,
      String encoding,
      String locale,
      boolean dataChecksums,
      String localeProvider,
      int walSegmentMegabytes,
      Optional<Path> walDirectory,
      ServerAccount account) {
    /** Of PostgreSQL's segments of WAL. */
    public static final int WAL_SEGMENT_MEGABYTES = 16;

    /** With checksums, and the locale of the C library. */
    public InitRequest(
        Binaries binaries,
        Path dataDirectory,
        String encoding,
        String locale,
        ServerAccount account) {
      this(
          binaries,
          dataDirectory,
          encoding,
          locale,
          true,
          "libc",
          WAL_SEGMENT_MEGABYTES,
          Optional.empty(),
          account);
    }
  }

  /**
   * What to run in single-user mode.
   *
   * @param lockFile the file that a server holds a {@code flock} on
   * @param script a file of this process alone, which is written and removed again
   * @param statements each on a line
   */
  record AloneRequest(
      Binaries binaries,
      Path dataDirectory,
      Path lockFile,
      Path script,
      ServerAccount account,
      String database,
      List<String> statements) {
    public AloneRequest {
      statements = List.copyOf(statements);
    }
  }

  /**
   * How to start a server. Its configuration is in the data directory.
   *
   * @param logFile standard output and error are appended to it; made when missing
   * @param collected the directory in which its logging collector writes files, where its
   *     configuration says so: what it says when it starts is then looked for there, too
   * @param lockFile the file that the server holds a {@code flock} on
   * @param options further arguments of {@code postgres}, such as {@code -c}, {@code name=value}
   * @param socketDirectory where the socket is made, whatever the configuration says; made when
   *     missing, owned by the account
   * @param deadline how long to wait for an answer other than silence
   */
  record StartRequest(
      Binaries binaries,
      Path dataDirectory,
      Path logFile,
      Optional<Path> collected,
      Path lockFile,
      List<String> options,
      Path socketDirectory,
      int port,
      ServerAccount account,
      Duration deadline) {
    public StartRequest {
      options = List.copyOf(options);
    }

    /** Of a server that writes its log to the file alone. */
    public StartRequest(
        Binaries binaries,
        Path dataDirectory,
        Path logFile,
        Path lockFile,
        List<String> options,
        Path socketDirectory,
        int port,
        ServerAccount account,
        Duration deadline) {
      this(
          binaries,
          dataDirectory,
          logFile,
          Optional.empty(),
          lockFile,
          options,
          socketDirectory,
          port,
          account,
          deadline);
    }
  }
}
