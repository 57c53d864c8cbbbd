package dev.pglet.host.postgres;

import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.process.ProcessFacts;
import dev.pglet.host.process.ProcessSignals;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which process is the server of a data directory. {@code postmaster.pid} is only a hint: it
 * survives a crash, and its pid may be another instance's by now. Stateless.
 */
final class ServerIdentity {
  /** Far more than PostgreSQL writes into postmaster.pid. */
  private static final int LONGEST = 64 << 10;

  private ServerIdentity() {}

  static Optional<Postmaster> find(Path dataDirectory) throws HostUnavailable {
    try {
      OptionalLong pid = hint(dataDirectory);
      if (pid.isEmpty()) {
        return Optional.empty();
      }
      OptionalLong ticks = ProcessFacts.startTicks(pid.getAsLong());
      if (ticks.isEmpty() || !serves(pid.getAsLong(), dataDirectory.toRealPath())) {
        return Optional.empty();
      }
      return Optional.of(
          new Postmaster(
              pid.getAsLong(),
              ticks.getAsLong(),
              ProcessFacts.bootId(),
              ProcessFacts.startTime(ticks.getAsLong())));
    } catch (IOException e) {
      throw new HostUnavailable(
          "ServerUnknown",
          "finding the server of %s: %s".formatted(dataDirectory, e),
          "See that pglet may read the data directory and /proc",
          e);
    }
  }

  /** Signals exactly that server; false when it is gone. */
  static boolean signal(Postmaster postmaster, Path dataDirectory, ProcessSignals.Signal signal)
      throws HostUnavailable {
    try {
      Path real = dataDirectory.toRealPath();
      return ProcessSignals.send(
          postmaster.pid(), signal, () -> lives(postmaster) && serves(postmaster.pid(), real));
    } catch (IOException e) {
      throw new HostUnavailable(
          "NotSignalled",
          "signalling the server of %s: %s".formatted(dataDirectory, e.getMessage()),
          "Run pglet as the account that the server runs as, or as root",
          e);
    }
  }

  static boolean lives(Postmaster postmaster) {
    return ProcessFacts.lives(postmaster.pid(), postmaster.startTicks());
  }

  /** The pid that a server which is gone has left in its file, whoever has it now. */
  static Optional<Long> stalePid(Path dataDirectory) throws IOException {
    OptionalLong pid = hint(dataDirectory);
    return pid.isPresent() ? Optional.of(pid.getAsLong()) : Optional.empty();
  }

  private static boolean serves(long pid, Path realDataDirectory) {
    return ProcessFacts.workingDirectory(pid).filter(realDataDirectory::equals).isPresent()
        && ProcessFacts.executable(pid).filter("postgres"::equals).isPresent();
  }

  private static OptionalLong hint(Path dataDirectory) throws IOException {
    try {
      // A server that just starts may have made the file and not yet written it.
      String first =
          RegularFiles.text(dataDirectory, "postmaster.pid", LONGEST)
              .lines()
              .findFirst()
              .orElse("")
              .strip();
      return first.matches("[1-9][0-9]{0,17}")
          ? OptionalLong.of(Long.parseLong(first))
          : OptionalLong.empty();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return OptionalLong.empty();
    }
  }
}
