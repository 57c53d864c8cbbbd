package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Plain files on a file system whose files can share blocks (XFS, btrfs, bcachefs): Java's copy
 * within one file system is {@code copy_file_range}, which shares them there. A copy is of no one
 * instant.
 */
final class ReflinkDriver extends CopyDriver {
  static final String NAME = "reflink";

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
        commands.run(
            Invocation.of(Drivers.PROBE_DEADLINE, "cp", "--reflink=always", file.toString(), copy));
    if (result.exitCode() == 0) {
      return;
    }
    if (isRefusal(result.stderr())) {
      throw new HostUnavailable(
          VolumeErrors.DRIVER_UNUSABLE,
          "files cannot share blocks in %s: %s"
              .formatted(scratch.getParent(), result.stderr().strip()),
          "Use a pool on XFS (made with reflink=1) or btrfs, or spec.storage.driver: copy");
    }
    throw new HostUnavailable(
        "PoolUnusable",
        "trying in %s whether files can share blocks: %s"
            .formatted(scratch.getParent(), result.stderr().strip()),
        "See that the file system has free space, and that pglet may write there");
  }

  /** Whether the file system cannot do it, however that is said, and not only now. */
  private static boolean isRefusal(String words) {
    String said = words.toLowerCase(Locale.ROOT);
    return Stream.of("no space", "quota", "read-only", "permission denied", "input/output")
        .noneMatch(said::contains);
  }

  /**
   * Whether a file of the source can share its blocks with one beside the target. They may lie on
   * one file system and still not: where one is made without checksums, or copy-on-write is off.
   *
   * @param target its directory is there
   */
  static boolean sharesBlocks(CommandRunner commands, Path source, Path target)
      throws ReconcileException {
    Path file = source.resolve("global/pg_control");
    Path copy = trial(target);
    removeTrial(target);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return true; // no cluster, and the file system can
    }
    try {
      CommandRunner.Result result =
          commands.run(
              Invocation.of(
                  Drivers.PROBE_DEADLINE,
                  "cp",
                  "--no-dereference",
                  "--reflink=always",
                  file.toString(),
                  copy.toString()));
      if (result.exitCode() != 0 && !isRefusal(result.stderr())) {
        throw new HostUnavailable(
            "PoolUnusable",
            "trying whether %s can share blocks with %s: %s"
                .formatted(target, source, result.stderr().strip()),
            "See that the file system has free space, and that pglet may write there");
      }
      return result.exitCode() == 0;
    } finally {
      removeTrial(target);
    }
  }

  private static Path trial(Path target) {
    return target.resolveSibling(".shares");
  }

  /** What a pglet that was killed has left of {@link #sharesBlocks}. */
  static void removeTrial(Path target) throws ReconcileException {
    CopyDriver.delete(trial(target));
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    Path directory = requireNonNull(target.getParent(), "the directory of the target");
    try {
      return Files.getAttribute(source, "unix:dev")
              .equals(Files.getAttribute(directory, "unix:dev"))
          && sharesBlocks(commands, source, target);
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "looking at " + source + " and " + directory, e);
    }
  }
}
