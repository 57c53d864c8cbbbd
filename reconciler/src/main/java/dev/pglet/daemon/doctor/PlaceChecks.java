package dev.pglet.daemon.doctor;

import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.daemon.settings.DataRoot;
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

  static List<Finding> dataRoot(DaemonSettings settings) {
    List<Finding> findings = new ArrayList<>();
    Path data = settings.places().dataRoot();
    Path there = existing(data);
    findings.add(writable("data root", data, there, "--data-root or PGLET_DATA_ROOT"));
    long free = there.toFile().getUsableSpace();
    String space =
        "%d MiB free; a first server needs %d MiB".formatted(free >> 20, DataRoot.LEAST_FREE >> 20);
    findings.add(
        free >= DataRoot.LEAST_FREE
            ? Finding.good("space", space)
            : Finding.problem(
                "space", there + " has " + space, "Free some, or choose another --data-root"));
    try {
      DataRoot.requireExecutable(there);
    } catch (HostUnavailable e) {
      findings.add(Finding.problem("data root", e));
    }
    Path run = settings.places().runDirectory();
    findings.add(
        writable("run directory", run, existing(run), "--run-directory or PGLET_RUN_DIRECTORY"));
    return findings;
  }

  private static Finding writable(String subject, Path path, Path there, String choice) {
    if (!Files.isDirectory(there)) {
      return Finding.problem(subject, there + " is no directory", "Move it away, or use " + choice);
    }
    if (!Files.isWritable(there)) {
      return Finding.problem(
          subject,
          there + " cannot be written by this user",
          "Make it writable, or choose another place with " + choice);
    }
    return Finding.good(
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
  static Finding noDaemon(Path state, Path socket) {
    if (Files.notExists(state)) {
      return Finding.good("daemon", "none has run here; start one with: pglet run DIR");
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
        return Finding.problem(
            "daemon",
            "nobody answers on %s, but the process %s that worked on this data root last is there"
                .formatted(socket, pid),
            "Look at it (ps -fp %s); end it, and start it anew with: pglet run DIR".formatted(pid));
      }
    } catch (NoSuchFileException e) {
      return Finding.good("daemon", "none runs; start one with: pglet run DIR");
    } catch (IOException e) {
      return Finding.problem(
          "daemon",
          "%s cannot be read: %s".formatted(state.resolve("pid"), e.getMessage()),
          "Run this as the user of the daemon");
    }
    return Finding.good("daemon", "none runs; start one with: pglet run DIR");
  }
}
