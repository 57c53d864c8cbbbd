package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Plain files on a file system whose files can share blocks (XFS, btrfs, bcachefs): Java's copy
 * within one file system is {@code copy_file_range}, which shares them there. A copy is of no one
 * instant.
 */
final class ReflinkDriver extends CopyDriver {
  static final String NAME = "reflink";

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** More than a file system keeps beside the name of a file, which is never shared. */
  private static final int PROBE_BYTES = 1 << 20;

  private final CommandRunner commands;

  ReflinkDriver(CommandRunner commands) {
    this.commands = requireNonNull(commands, "commands is null");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void probe(Path scratch) throws ReconcileException {
    Path file = scratch.resolve("a");
    try {
      Files.write(file, new byte[PROBE_BYTES]);
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnusable", "writing " + file, e);
    }
    String copy = scratch.resolve("b").toString();
    CommandRunner.Result result =
        commands.run(Invocation.of(DEADLINE, "cp", "--reflink=always", file.toString(), copy));
    if (result.exitCode() != 0) {
      throw new HostUnavailable(
          "DriverUnusable",
          "files cannot share blocks in %s: %s"
              .formatted(scratch.getParent(), result.stderr().strip()),
          "Use a pool on XFS (made with reflink=1) or btrfs, or spec.storage.driver: copy");
    }
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    Path directory = requireNonNull(target.getParent(), "the directory of the target");
    try {
      return Files.getAttribute(source, "unix:dev")
          .equals(Files.getAttribute(directory, "unix:dev"));
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "looking at " + source + " and " + directory, e);
    }
  }
}
