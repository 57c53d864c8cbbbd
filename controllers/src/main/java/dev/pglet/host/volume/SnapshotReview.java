package dev.pglet.host.volume;

import dev.pglet.host.file.FileTree;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a snapshot what a copy of the tree would be: removes what is excluded, and refuses what
 * cannot be copied. Only its own process can enter the snapshot meanwhile. Used once.
 */
final class SnapshotReview {
  private final CopyRequest request;
  private final Path snapshot;
  private final long hole;
  private final Exclusions exclusions;
  private @Nullable HostUnavailable refused;

  /**
   * @param snapshot of the request's source, closed to all others
   * @param hole the inode of a directory that stands for a part that the snapshot does not have
   */
  SnapshotReview(CopyRequest request, Path snapshot, long hole) {
    this.request = request;
    this.snapshot = snapshot;
    this.hole = hole;
    this.exclusions = new Exclusions(request.excluded());
  }

  void run() throws ReconcileException {
    try {
      Files.walkFileTree(snapshot, new Visitor());
    } catch (IOException e) {
      throw VolumeErrors.io("CopyFailed", "looking at the snapshot of " + request.source(), e);
    }
    if (refused != null) {
      throw refused;
    }
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (directory.equals(snapshot)) {
        return FileVisitResult.CONTINUE;
      }
      Path relative = snapshot.relativize(directory);
      if (exclusions.excludes(relative)) {
        FileTree.delete(directory);
        return FileVisitResult.SKIP_SUBTREE;
      }
      if ((Long) Files.getAttribute(directory, "unix:ino", LinkOption.NOFOLLOW_LINKS) == hole) {
        return refuse(
            new HostUnavailable(
                "SubvolumeInside",
                "%s is a subvolume of its own, which a snapshot leaves out"
                    .formatted(request.source().resolve(relative)),
                "Make it a plain directory of the data directory, with the server stopped"));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path relative = snapshot.relativize(file);
      if (exclusions.excludes(relative)) {
        Files.delete(file);
        return FileVisitResult.CONTINUE;
      }
      if (!attributes.isRegularFile()) {
        return refuse(
            TreeCopy.notCopyable(
                request.source().resolve(relative),
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
      }
      int owner = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      if (request.account().switching() && owner != request.account().uid()) {
        return refuse(
            new HostUnavailable(
                "AnotherOwner",
                "%s belongs to uid %d, and the server runs as %s"
                    .formatted(request.source().resolve(relative), owner, request.account().name()),
                "Move it away, or run: chown -h %s %s"
                    .formatted(request.account().name(), request.source().resolve(relative))));
      }
      return FileVisitResult.CONTINUE;
    }

    private FileVisitResult refuse(HostUnavailable problem) {
      refused = problem;
      return FileVisitResult.TERMINATE;
    }
  }
}
