package dev.pglet.daemon.doctor;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;

import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.reconcile.HostCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Programs, accounts and limits of this host. */
final class HostChecks {
  /** The account of servers when none is chosen. */
  private static final String DEDICATED = "pglet";

  private HostChecks() {}

  /** What servers are started with: all of util-linux. */
  static List<HostCheck> programs(boolean root) {
    List<String> needed = root ? List.of("setsid", "flock", "setpriv") : List.of("setsid", "flock");
    List<String> missing = needed.stream().filter(name -> !onPath(name)).toList();
    return List.of(
        missing.isEmpty()
            ? HostCheck.ok("programs", String.join(", ", needed))
            : HostCheck.fail(
                "programs",
                "not found on PATH: " + String.join(", ", missing),
                "Install util-linux, for example with: sudo apt-get install util-linux"));
  }

  private static boolean onPath(String name) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
        return true;
      }
    }
    return Files.isExecutable(Path.of("/usr/bin", name));
  }

  /** Servers of a daemon of root run as it, and must get to their data. */
  static HostCheck account(DaemonSettings settings) {
    boolean chosen = settings.trust().account().isPresent();
    String name = settings.trust().account().orElse(DEDICATED);
    String uid = output("id", "-u", "--", name);
    if (uid.isEmpty()) {
      return chosen
          ? HostCheck.fail(
              "account",
              "there is no account " + name,
              "Create it (useradd --system " + name + "), or leave out --account")
          : HostCheck.ok("account", name + " is not there yet; made when it is first needed");
    }
    Path data = PlaceChecks.existing(settings.places().dataRoot());
    // What is no directory has a finding of its own.
    boolean enters =
        !Files.isDirectory(data)
            || succeeds(
                "setpriv",
                "--reuid",
                uid,
                "--regid",
                output("id", "-g", "--", name),
                "--init-groups",
                "--",
                "test",
                "-x",
                data.toString());
    return enters
        ? HostCheck.ok("account", name + ", uid " + uid)
        : HostCheck.fail(
            "account",
            "the servers' account %s cannot enter %s".formatted(name, data),
            "Let it enter every directory on the way (chmod o+x), or choose another --data-root");
  }

  /** Watches every directory once, as the daemon would, and lets go. */
  static HostCheck inotify(Path directory) {
    int watched = 0;
    try (WatchService service = FileSystems.getDefault().newWatchService()) {
      for (Path each : directories(directory)) {
        each.register(service, ENTRY_CREATE);
        watched++;
      }
      return HostCheck.ok(
          "inotify", watched + " director" + (watched == 1 ? "y" : "ies") + " can be watched");
    } catch (IOException e) {
      return HostCheck.fail(
          "inotify",
          "only %d directories can be watched (%s), so other changes are seen every 30 s only"
              .formatted(watched, e.getMessage()),
          "Run: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512");
    }
  }

  private static List<Path> directories(Path root) throws IOException {
    List<Path> found = new ArrayList<>(List.of(root));
    for (int i = 0; i < found.size(); i++) {
      try (Stream<Path> entries = Files.list(found.get(i))) {
        entries
            .filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
            .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
            .filter(Files::isReadable)
            .sorted()
            .forEach(found::add);
      }
    }
    return found;
  }

  /** What a program prints; empty when it fails or is not there. */
  private static String output(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? out.strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
