package dev.pglet.daemon.doctor;

import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.daemon.settings.DataRoot;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The data root, the run directory, and who works on them. */
final class PlaceChecks {
  private PlaceChecks() {}

  static List<HostCheck> dataRoot(DaemonSettings settings) {
    List<HostCheck> findings = new ArrayList<>();
    Path data = settings.places().dataRoot();
    Path there = existing(data);
    findings.add(writable("data root", data, there, "--data-root or PGLET_DATA_ROOT"));
    long free = there.toFile().getUsableSpace();
    String space =
        "%d MiB free; a first server needs %d MiB".formatted(free >> 20, DataRoot.LEAST_FREE >> 20);
    findings.add(
        free >= DataRoot.LEAST_FREE
            ? HostCheck.ok("space", space)
            : HostCheck.fail(
                "space", there + " has " + space, "Free some, or choose another --data-root"));
    try {
      DataRoot.requireExecutable(there);
    } catch (HostUnavailable e) {
      findings.add(HostCheck.fail("data root", e));
    }
    Path run = settings.places().runDirectory();
    findings.add(
        writable("run directory", run, existing(run), "--run-directory or PGLET_RUN_DIRECTORY"));
    return findings;
  }

  private static HostCheck writable(String subject, Path path, Path there, String choice) {
    if (!Files.isDirectory(there)) {
      return HostCheck.fail(subject, there + " is no directory", "Move it away, or use " + choice);
    }
    if (!Files.isWritable(there)) {
      return HostCheck.fail(
          subject,
          there + " cannot be written by this user",
          "Make it writable, or choose another place with " + choice);
    }
    return HostCheck.ok(
        subject, there.equals(path) ? path.toString() : path + ", made when it is first needed");
  }

  /** The path itself, or the nearest directory above that exists. */
  static Path existing(Path path) {
    Path there = path;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }

  /** No daemon answers: none runs, or one that does not. */
  static HostCheck noDaemon(Path state, Path socket) {
    if (Files.notExists(state)) {
      return HostCheck.ok("daemon", "none has run here; start one with: pglet run DIR");
    }
    try {
      String pid = Files.readString(state.resolve("pid")).strip();
      Optional<ProcessHandle> process =
          pid.matches("[0-9]{1,18}") ? ProcessHandle.of(Long.parseLong(pid)) : Optional.empty();
      boolean java =
          process
              .flatMap(running -> running.info().command())
              .filter(command -> command.endsWith("/java"))
              .isPresent();
      if (java && Files.exists(socket)) {
        return HostCheck.fail(
            "daemon",
            "nobody answers on %s, but the process %s that worked on this data root last is there"
                .formatted(socket, pid),
            "Look at it (ps -fp %s); end it, and start it anew with: pglet run DIR".formatted(pid));
      }
    } catch (NoSuchFileException e) {
      return HostCheck.ok("daemon", "none runs; start one with: pglet run DIR");
    } catch (IOException e) {
      return HostCheck.fail(
          "daemon",
          "%s cannot be read: %s".formatted(state.resolve("pid"), e.getMessage()),
          "Run this as the user of the daemon");
    }
    return HostCheck.ok("daemon", "none runs; start one with: pglet run DIR");
  }
}
