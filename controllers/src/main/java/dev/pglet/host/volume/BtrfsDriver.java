package dev.pglet.host.volume;

import static java.util.Objects.requireNonNull;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.MountPoints;
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
    if (!seemsBtrfs(scratch)) {
      throw unusable(scratch, "it is not on btrfs", "Use a pool on btrfs, or another driver");
    }
    if (AccountSwitch.find("btrfs").isEmpty()) {
      throw unusable(
          scratch,
          "the program btrfs is not installed",
          "Install it (Debian, Ubuntu: apt-get install btrfs-progs; Fedora, RHEL: dnf install btrfs-progs)");
    }
    String from = scratch.resolve("a").toString();
    String to = scratch.resolve("b").toString();
    for (List<String> arguments : List.of(List.of("create", from), List.of("snapshot", from, to))) {
      Result result = btrfs(Drivers.PROBE_DEADLINE, arguments);
      if (result.exitCode() != 0 && isFull(result)) {
        throw full("trying snapshots in " + scratch.getParent(), result);
      }
      if (result.exitCode() != 0) {
        throw unusable(scratch, words(result), "Correct what it says, or use another driver");
      }
    }
    // That they can be removed, too, is proven by whoever removes the scratch directory.
  }

  private static HostUnavailable unusable(Path scratch, String why, String remedy) {
    return new HostUnavailable(
        VolumeErrors.DRIVER_UNUSABLE,
        "no snapshots can be made in %s: %s".formatted(scratch.getParent(), why),
        remedy);
  }

  @Override
  public void make(Path volume, ServerAccount account) throws ReconcileException {
    discard(volume.resolve(CLOSED));
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
  public boolean copiesAtOnce(Path source, Path target) throws ReconcileException {
    return isTree(requireNonNull(source.getParent(), "the directory of the source"))
        && isSameFileSystem(source, target);
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    return isSameFileSystem(source, target) && ReflinkDriver.sharesBlocks(commands, source, target);
  }

  /** Devices differ between subvolumes: what counts is where the file system lies. */
  private static boolean isSameFileSystem(Path source, Path target) throws ReconcileException {
    Path directory = requireNonNull(target.getParent(), "the directory of the target");
    try {
      return isBtrfs(source)
          && Files.getFileStore(source).name().equals(Files.getFileStore(directory).name());
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "looking at " + source + " and " + directory, e);
    }
  }

  @Override
  public void copy(CopyRequest request) throws ReconcileException {
    new TreeCopy(request, shares(request.source(), request.target())).run();
  }

  /**
   * What is in the snapshot is the account's from the first moment on, so it is made where the
   * account cannot go, and comes to its place when what does not belong there is removed.
   */
  @Override
  public void snapshot(CopyRequest request) throws ReconcileException {
    Path from = requireNonNull(request.source().getParent(), "the directory of the source");
    Path tree = requireNonNull(request.target().getParent(), "the directory of the target");
    Path closed = tree.resolveSibling(CLOSED);
    TreeCopy.requireRoom(tree);
    requireNoMounts(request.source());
    discard(closed);
    try {
      stopWhenCancelled(request);
      Path made = made(request, from, closed);
      stopWhenCancelled(request);
      ReflinkDriver.removeTrial(request.target());
      // It holds nothing, or this fails.
      Files.deleteIfExists(tree);
      DurableFile.rename(made, tree);
      FileTree.delete(closed);
    } catch (IOException e) {
      throw discarding(
          closed,
          VolumeErrors.io("CopyFailed", "making %s a snapshot of %s".formatted(tree, from), e));
    } catch (ReconcileException e) {
      throw discarding(closed, e);
    }
  }

  private Path made(CopyRequest request, Path from, Path closed)
      throws ReconcileException, IOException {
    Files.createDirectory(
        closed, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path made = closed.resolve(Volume.TREE);
    sync(from);
    // Into a directory that is new: where the target exists, btrfs would make it inside of that.
    run("making a snapshot of " + from, "snapshot", from.toString(), made.toString());
    Ownership.ours(made, request.account(), Volume.MODE);
    Path copy = made.resolve(requireNonNull(request.source().getFileName()));
    removeBeside(made, copy);
    close(copy);
    new SnapshotReview(request, copy, HOLE).run();
    Files.move(copy, made.resolve(requireNonNull(request.target().getFileName())));
    return made;
  }

  /** What is mounted in the source a snapshot does not have: not even its name shows that. */
  private static void requireNoMounts(Path source) throws ReconcileException {
    try {
      List<Path> inside = MountPoints.below(source);
      if (!inside.isEmpty()) {
        throw new HostUnavailable(
            "MountInside",
            "a file system is mounted on %s, and a snapshot would leave it out"
                .formatted(inside.getFirst()),
            "Move what is there into the data directory, with the server stopped, and unmount it");
      }
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "looking for mounts in " + source, e);
    }
  }

  private static void stopWhenCancelled(CopyRequest request) throws StepFailed {
    if (request.cancelled().getAsBoolean()) {
      throw TreeCopy.cancelled(request);
    }
  }

  /** A snapshot that is not used keeps blocks of its source. */
  private void discard(Path closed) throws ReconcileException {
    deleteTree(closed.resolve(Volume.TREE));
    CopyDriver.delete(closed);
  }

  /** At once, where that is allowed; else whoever calls this removes it file by file. */
  private void deleteTree(Path tree) throws ReconcileException {
    if (isTree(tree) && AccountSwitch.find("btrfs").isPresent()) {
      btrfs(DEADLINE, List.of("delete", tree.toString()));
    }
  }

  private ReconcileException discarding(Path closed, ReconcileException e) {
    try {
      discard(closed);
    } catch (ReconcileException suppressed) {
      e.addSuppressed(suppressed);
    }
    return e;
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
    discard(volume.resolve(CLOSED));
    deleteTree(volume.resolve(Volume.TREE));
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

  /** Where the mount table does not name the root, as in some chroots, nothing can be said. */
  private static boolean seemsBtrfs(Path path) {
    try {
      return isBtrfs(path);
    } catch (ReconcileException e) {
      return false;
    }
  }

  private static boolean isBtrfs(Path path) throws ReconcileException {
    try {
      return Files.getFileStore(path).type().equals("btrfs");
    } catch (IOException e) {
      throw VolumeErrors.io("PoolUnreadable", "asking which file system " + path + " is on", e);
    }
  }

  private Result btrfs(Duration deadline, List<String> arguments) throws HostUnavailable {
    List<String> command = new ArrayList<>(List.of("btrfs", "-q", "subvolume"));
    command.addAll(arguments);
    return commands.run(Invocation.of(deadline, command.toArray(String[]::new)));
  }

  private void run(String doing, String... arguments) throws ReconcileException {
    Result result = btrfs(DEADLINE, List.of(arguments));
    if (result.exitCode() == 0) {
      return;
    }
    if (isFull(result)) {
      throw full(doing, result);
    }
    String words = words(result);
    if (words.contains("Operation not permitted") || words.contains("Permission denied")) {
      throw new HostUnavailable(
          "NotPermitted",
          doing + ": " + words,
          "Let pglet run as the owner of the data, or as root");
    }
    throw new StepFailed(
        "BtrfsFailed", doing + ": " + words, "Correct what it says; it is tried again");
  }

  private static boolean isFull(Result result) {
    String words = words(result);
    return words.contains("No space left") || words.contains("quota exceeded");
  }

  private static HostUnavailable full(String doing, Result result) {
    return new HostUnavailable(
        "NoSpace",
        doing + ": " + words(result),
        "Free space there; btrfs may also lack room for metadata: see btrfs filesystem usage");
  }

  private static String words(Result result) {
    return (result.stderr().isBlank() ? result.stdout() : result.stderr()).strip();
  }
}
