package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.OpenDirectory;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.host.volume.Volumes.Writing;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Data in a subvolume of btrfs, {@code tree} in the volume's directory: a copy is a snapshot of
 * that, durable when it is made, and of no size. It is not of one instant for those who write
 * without syncing: measured on Linux 6.18, of two files that were written in turns the second was
 * the newer one in nearly every snapshot, and a new one was empty; of synced writes none was
 * missing or out of order. Needs no privileges: an ordinary user makes snapshots of what is his,
 * and removes them as directories.
 */
final class BtrfsDriver implements VolumeDriver {
  static final String NAME = "btrfs";

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  /** Where a snapshot is made, in the volume's directory. */
  private static final String CLOSED = ".tree.closed";

  /** The number of the directory at the top of every subvolume, and of none below it. */
  private static final long TOP = 256;

  /** The number of the empty directory that a snapshot has in the place of a subvolume. */
  private static final long HOLE = 2;

  private final CommandRunner commands;

  BtrfsDriver(CommandRunner commands) {
    this.commands = requireNonNull(commands, "commands is null");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void probe(Path scratch) throws ReconcileException {
    if (!isBtrfs(scratch)) {
      throw unusable(scratch, "it is not on btrfs", "Use a pool on btrfs, or another driver");
    }
    if (AccountSwitch.find("btrfs").isEmpty()) {
      throw unusable(
          scratch,
          "the program btrfs is not installed",
          "Install it (Debian, Ubuntu: apt-get install btrfs-progs; Fedora, RHEL: dnf install btrfs-progs)");
    }
    Path from = scratch.resolve("a");
    Path to = scratch.resolve("b");
    run("making the subvolume " + from, "create", from.toString());
    run("making a snapshot of " + from, "snapshot", from.toString(), to.toString());
    // That they can be removed, too, is proven by whoever removes the scratch directory.
  }

  private static HostUnavailable unusable(Path scratch, String why, String remedy) {
    return new HostUnavailable(
        "DriverUnusable",
        "no snapshots can be made in %s: %s".formatted(scratch.getParent(), why),
        remedy);
  }

  @Override
  public void make(Path volume, ServerAccount account) throws ReconcileException {
    Path tree = volume.resolve(Volume.TREE);
    try {
      if (Files.notExists(tree, LinkOption.NOFOLLOW_LINKS)) {
        run("making the subvolume " + tree, "create", tree.toString());
        Ownership.ours(tree, account, Volume.MODE);
      }
    } catch (IOException e) {
      throw VolumeErrors.io("VolumeNotCreated", "making " + tree, e);
    }
  }

  @Override
  public boolean copiesAtOnce(Path source) throws ReconcileException {
    return isTree(requireNonNull(source.getParent(), "the directory of the source"));
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    Path directory = requireNonNull(target.getParent(), "the directory of the target");
    try {
      // Devices differ between subvolumes: what counts is where the file system lies.
      return isBtrfs(source)
          && Files.getFileStore(source).name().equals(Files.getFileStore(directory).name());
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "looking at " + source + " and " + directory, e);
    }
  }

  @Override
  public void copy(CopyRequest request) throws ReconcileException {
    Path from = request.source().getParent();
    if (from != null && isTree(from)) {
      snapshot(request, from);
    } else if (shares(request.source(), request.target())) {
      TreeCopy.ofBlocks(request).run();
    } else {
      TreeCopy.ofBytes(request).run();
    }
  }

  /**
   * What is in the snapshot is the account's from the first moment on, so it is made where the
   * account cannot go, and comes to its place when what does not belong there is removed.
   */
  private void snapshot(CopyRequest request, Path from) throws ReconcileException {
    Path tree = requireNonNull(request.target().getParent(), "the directory of the target");
    Path closed = tree.resolveSibling(CLOSED);
    Path made = closed.resolve(Volume.TREE);
    TreeCopy.requireRoom(tree);
    CopyDriver.delete(closed);
    try {
      Files.createDirectory(
          closed,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      sync(from);
      // Into a directory that is new: where the target exists, btrfs would make it inside of that.
      run("making a snapshot of " + from, "snapshot", from.toString(), made.toString());
      Path copy = made.resolve(requireNonNull(request.source().getFileName()));
      removeBeside(made, copy);
      close(copy);
      new SnapshotReview(request, copy, HOLE).run();
      Files.move(copy, made.resolve(requireNonNull(request.target().getFileName())));
      // It holds nothing, or this fails.
      Files.deleteIfExists(tree);
      DurableFile.rename(made, tree);
      FileTree.delete(closed);
    } catch (IOException e) {
      throw VolumeErrors.io("CopyFailed", "making %s a snapshot of %s".formatted(tree, from), e);
    }
  }

  private static void removeBeside(Path made, Path copy) throws IOException {
    try (OpenDirectory directory = OpenDirectory.open(made)) {
      for (Path name : directory.names()) {
        if (!copy.equals(made.resolve(name))) {
          FileTree.delete(made.resolve(name));
        }
      }
    }
  }

  /** This process's, and nobody else may enter. */
  private static void close(Path copy) throws IOException {
    Path self = Path.of("/proc/self");
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(copy, "unix:gid", Files.getAttribute(self, "unix:gid"));
    Files.setAttribute(copy, "unix:uid", Files.getAttribute(self, "unix:uid"));
  }

  /** So that nothing is missing that was written before. */
  private static void sync(Path directory) throws ReconcileException {
    try (OpenDirectory opened = OpenDirectory.open(directory)) {
      sync(opened);
    } catch (IOException e) {
      throw VolumeErrors.io("SyncFailed", "opening " + directory, e);
    }
  }

  private static void sync(OpenDirectory directory) throws ReconcileException {
    try {
      if (!directory.syncFileSystem()) {
        throw new StepFailed(
            "SyncFailed",
            "the system does not allow pglet to sync the file system of " + directory.path(),
            "Allow syncfs to pglet in its container or service");
      }
    } catch (IOException e) {
      throw VolumeErrors.io("SyncFailed", "syncing " + directory.path(), e);
    }
  }

  /** All of the file system: a subvolume may take the place of another one meanwhile. */
  @Override
  public Writing write(Path volume) throws ReconcileException {
    OpenDirectory directory;
    try {
      directory = OpenDirectory.open(volume);
    } catch (IOException e) {
      throw VolumeErrors.io("VolumeUnusable", "opening the volume " + volume, e);
    }
    return new Writing() {
      @Override
      public void sync(Path tree) throws ReconcileException {
        BtrfsDriver.sync(directory);
      }

      @Override
      public void close() {
        directory.close();
      }
    };
  }

  @Override
  public void remove(Path volume) throws ReconcileException {
    for (Path tree :
        List.of(volume.resolve(Volume.TREE), volume.resolve(CLOSED).resolve(Volume.TREE))) {
      if (isTree(tree)) {
        // At once, where that is allowed; an ordinary user may only remove file by file.
        commands.run(
            Invocation.of(DEADLINE, "btrfs", "-q", "subvolume", "delete", tree.toString()));
      }
    }
    CopyDriver.delete(volume);
  }

  private static boolean isTree(Path tree) throws ReconcileException {
    try {
      return tree.endsWith(Volume.TREE)
          && Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)
          && (Long) Files.getAttribute(tree, "unix:ino", LinkOption.NOFOLLOW_LINKS) == TOP
          && isBtrfs(tree);
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "looking at " + tree, e);
    }
  }

  /** False also where the system does not say what it is, as in some chroots. */
  private static boolean isBtrfs(Path path) {
    try {
      return Files.getFileStore(path).type().equals("btrfs");
    } catch (IOException e) {
      return false;
    }
  }

  private void run(String doing, String verb, String... paths) throws ReconcileException {
    List<String> command = new ArrayList<>(List.of("btrfs", "-q", "subvolume", verb));
    command.addAll(Arrays.asList(paths));
    Result result = commands.run(Invocation.of(DEADLINE, command.toArray(String[]::new)));
    if (result.exitCode() == 0) {
      return;
    }
    String words = (result.stderr().isBlank() ? result.stdout() : result.stderr()).strip();
    if (words.contains("No space left") || words.contains("quota exceeded")) {
      throw new HostUnavailable(
          "NoSpace",
          doing + ": " + words,
          "Free space there; btrfs may also lack room for metadata: see btrfs filesystem usage");
    }
    if (words.contains("Operation not permitted") || words.contains("Permission denied")) {
      throw new HostUnavailable(
          "NotPermitted",
          doing + ": " + words,
          "Let pglet run as the owner of the data, or as root");
    }
    throw new StepFailed(
        "BtrfsFailed", doing + ": " + words, "Correct what it says; it is tried again");
  }
}
