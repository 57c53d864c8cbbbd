package dev.pglet.host.volume;

import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.OpenDirectory;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a tree that its owner may be writing meanwhile. Each file is copied up to the length
 * it had when it was opened: what grows later is WAL's to replay. The target's top directory keeps
 * the source's owner out until all is done, so nothing in it can be exchanged meanwhile. Used once,
 * by one caller; copies with two threads.
 */
final class TreeCopy {
  private static final int THREADS = 2;

  /** How much is copied between two looks at whether to stop. */
  private static final long CHUNK = 8L << 20;

  private static final String OWNER_ONLY = "rw-------";
  private static final String CLOSED = "rwx------";

  /** PostgreSQL's own files lie at most five directories deep. */
  private static final int DEEPEST = 64;

  /** What a copy that shares all blocks takes by itself: its server's first WAL, and names. */
  private static final long ROOM = 64L << 20;

  private final CopyRequest request;
  private final Exclusions exclusions;
  private final boolean sharing;
  private final List<Entry> files = new ArrayList<>();
  private final List<Entry> directories = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long needed;
  private long copied;

  private record Entry(Path relative, Set<PosixFilePermission> mode, long size) {}

  /**
   * One copy.
   *
   * @param sharing whether it takes next to no space, because blocks are shared
   */
  TreeCopy(CopyRequest request, boolean sharing) {
    this.request = request;
    this.sharing = sharing;
    this.exclusions = new Exclusions(request.excluded());
  }

  /** Requires the space that is needed when all blocks are shared. */
  static void requireRoom(Path target) throws HostUnavailable {
    long free = free(target);
    if (free < ROOM) {
      throw VolumeErrors.full(target, ROOM, free, new IOException("not begun"));
    }
  }

  void run() throws ReconcileException {
    try (OpenDirectory source = OpenDirectory.open(request.source())) {
      list(source, Path.of(""));
    } catch (IOException e) {
      throw VolumeErrors.io("CopyFailed", "reading " + request.source(), e);
    }
    if (sharing) {
      requireRoom(request.target());
    } else {
      requireSpace();
    }
    try {
      Files.createDirectory(request.target(), asAttribute(CLOSED));
      for (Entry directory : directories) {
        Path target = request.target().resolve(directory.relative());
        Files.createDirectory(target, asAttribute(CLOSED));
        Files.setPosixFilePermissions(target, directory.mode());
        Ownership.give(target, request.account());
      }
    } catch (IOException e) {
      failed(e);
    }
    // Large files first, so that the two threads end together.
    files.sort(Comparator.comparingLong(Entry::size).reversed());
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
      for (int thread = 0; thread < THREADS; thread++) {
        executor.execute(this::copyFiles);
      }
    }
    Exception problem = failure.get();
    if (problem != null) {
      throw explain(problem);
    }
  }

  private void list(OpenDirectory directory, Path below) throws IOException, ReconcileException {
    stopWhenCancelled();
    for (Path name : directory.names()) {
      Path relative = below.resolve(name);
      Optional<PosixFileAttributes> seen =
          exclusions.excludes(relative) ? Optional.empty() : directory.attributes(name);
      if (seen.isEmpty()) {
        continue;
      }
      PosixFileAttributes found = seen.get();
      if (found.isDirectory()) {
        requireShallow(directory, relative);
        directories.add(new Entry(relative, found.permissions(), 0));
        try (OpenDirectory inside = directory.directory(name)) {
          list(inside, relative);
        } catch (NoSuchFileException e) {
          // The directory vanished while it was read, as temporary ones do.
        }
      } else if (found.isRegularFile()) {
        files.add(new Entry(relative, found.permissions(), found.size()));
        needed += found.size();
      } else {
        throw notCopyable(directory.path().resolve(name), found);
      }
    }
  }

  /** Each level takes a descriptor: whoever may write there could use them up. */
  private static void requireShallow(OpenDirectory directory, Path relative)
      throws HostUnavailable {
    if (relative.getNameCount() > DEEPEST) {
      throw new HostUnavailable(
          "TooDeep",
          "cannot copy %s: it lies more than %d directories deep, which PostgreSQL never makes"
              .formatted(directory.path(), DEEPEST),
          "Move it out of the data directory");
    }
  }

  static HostUnavailable notCopyable(Path entry, PosixFileAttributes attributes) {
    return new HostUnavailable(
        attributes.isSymbolicLink() ? "SymbolicLink" : "SpecialFile",
        "cannot copy %s: it is %s, and what it stands for lies outside the copy"
            .formatted(entry, attributes.isSymbolicLink() ? "a symbolic link" : "no regular file"),
        attributes.isSymbolicLink()
            ? "Tablespaces and a linked pg_wal cannot be copied: move them into the data directory"
            : "Move it out of the directory");
  }

  private void requireSpace() throws HostUnavailable {
    long free = free(request.target());
    if (free < needed) {
      throw VolumeErrors.full(request.target(), needed, free, new IOException("not begun"));
    }
  }

  /** Not from a FileStore, which wants the mount table to name the root: in a chroot it may not. */
  private static long free(Path target) {
    Path parent = target.toAbsolutePath().getParent();
    return (parent == null ? target : parent).toFile().getUsableSpace();
  }

  private void copyFiles() {
    for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
      if (failure.get() != null) {
        return;
      }
      try {
        stopWhenCancelled();
        copy(files.get(i));
      } catch (IOException | ReconcileException | RuntimeException e) {
        failed(e);
      }
    }
  }

  private void copy(Entry file) throws IOException, ReconcileException {
    Path target = request.target().resolve(file.relative());
    try (FileChannel in = RegularFiles.open(request.source(), file.relative());
        FileChannel out =
            FileChannel.open(
                target,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                asAttribute(OWNER_ONLY))) {
      long end = in.size();
      for (long position = 0; position < end; ) {
        stopWhenCancelled();
        long n = in.transferTo(position, Math.min(CHUNK, end - position), out);
        if (n <= 0) {
          break; // It was truncated meanwhile.
        }
        position += n;
        advance(n);
      }
    } catch (NoSuchFileException e) {
      Path source = request.source().resolve(file.relative());
      if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      throw e;
    }
    if (!PosixFilePermissions.toString(file.mode()).equals(OWNER_ONLY)) {
      Files.setPosixFilePermissions(target, file.mode());
    }
    Ownership.give(target, request.account());
  }

  private synchronized void advance(long bytes) {
    copied += bytes;
    request.progress().accept(copied);
  }

  static StepFailed cancelled(CopyRequest request) {
    return new StepFailed(
        "Cancelled",
        "copying " + request.source() + " was cancelled",
        "Nothing needs to be done: what was copied is discarded");
  }

  private void stopWhenCancelled() throws StepFailed {
    if (request.cancelled().getAsBoolean()) {
      throw cancelled(request);
    }
    if (failure.get() != null) {
      throw new StepFailed(
          "Cancelled",
          "copying " + request.source() + " has failed",
          "See the error of the file that could not be copied; it is tried again");
    }
  }

  private void failed(Exception e) {
    failure.compareAndSet(null, e);
  }

  private ReconcileException explain(Exception e) {
    return switch (e) {
      case ReconcileException known -> known;
      case IOException io when VolumeErrors.isFull(io) -> outOfSpace(io);
      case IOException io ->
          VolumeErrors.io(
              "CopyFailed", "copying %s to %s".formatted(request.source(), request.target()), io);
      default -> throw new IllegalStateException("copying " + request.source(), e);
    };
  }

  /** A full disk stops every server on it: gives back at once what the copy took. */
  private HostUnavailable outOfSpace(IOException e) {
    try {
      FileTree.delete(request.target());
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
    return VolumeErrors.full(request.target(), needed, free(request.target()), e);
  }

  private static FileAttribute<Set<PosixFilePermission>> asAttribute(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }
}
