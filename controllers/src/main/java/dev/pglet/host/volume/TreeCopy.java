package dev.pglet.host.volume;

import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.volume.VolumeDriver.CopyRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a tree that its owner may be writing meanwhile. Each file is copied up to the length
 * it had when it was opened: what grows later is WAL's to replay. Used once, by one caller; copies
 * with two threads.
 */
final class TreeCopy {
  private static final int THREADS = 2;

  /** How much is copied between two looks at whether to stop. */
  private static final long CHUNK = 8L << 20;

  private static final String OWNER_ONLY = "rw-------";

  private final CopyRequest request;
  private final Exclusions exclusions;
  private final List<Entry> files = new ArrayList<>();
  private final List<Entry> directories = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long needed;
  private long copied;

  private record Entry(Path source, Path target, Set<PosixFilePermission> mode, long size) {}

  TreeCopy(CopyRequest request) {
    this.request = request;
    this.exclusions = new Exclusions(request.excluded());
  }

  void run() throws ReconcileException {
    try {
      PosixFileAttributes root = attributes(request.source());
      list(request.source(), request.target(), root);
    } catch (IOException e) {
      throw VolumeErrors.io("CopyFailed", "reading " + request.source(), e);
    }
    requireSpace();
    try {
      for (Entry directory : directories) {
        Files.createDirectory(
            directory.target(),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setPosixFilePermissions(directory.target(), directory.mode());
        Ownership.give(directory.target(), request.account());
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

  private void list(Path source, Path target, PosixFileAttributes attributes)
      throws IOException, ReconcileException {
    stopWhenCancelled();
    directories.add(new Entry(source, target, attributes.permissions(), 0));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(source)) {
      for (Path entry : entries) {
        if (exclusions.excludes(request.source().relativize(entry))) {
          continue;
        }
        PosixFileAttributes found;
        try {
          found = attributes(entry);
        } catch (NoSuchFileException e) {
          continue;
        }
        Path copy = target.resolve(entry.getFileName());
        if (found.isDirectory()) {
          list(entry, copy, found);
        } else if (found.isRegularFile()) {
          files.add(new Entry(entry, copy, found.permissions(), found.size()));
          needed += found.size();
        } else {
          throw notCopyable(entry, found);
        }
      }
    } catch (NoSuchFileException e) {
      // The directory vanished while it was read, as temporary ones do.
    }
  }

  private static HostUnavailable notCopyable(Path entry, PosixFileAttributes attributes) {
    return new HostUnavailable(
        attributes.isSymbolicLink() ? "SymbolicLink" : "SpecialFile",
        "cannot copy %s: it is %s, and what it stands for lies outside the copy"
            .formatted(entry, attributes.isSymbolicLink() ? "a symbolic link" : "no regular file"),
        attributes.isSymbolicLink()
            ? "Tablespaces and a linked pg_wal cannot be copied: move them into the data directory"
            : "Move it out of the directory");
  }

  private void requireSpace() throws HostUnavailable {
    long free = free();
    if (free < needed) {
      throw VolumeErrors.full(request.target(), needed, free, new IOException("not begun"));
    }
  }

  /** Not from a FileStore, which wants the mount table to name the root: in a chroot it may not. */
  private long free() {
    Path parent = request.target().toAbsolutePath().getParent();
    return (parent == null ? request.target() : parent).toFile().getUsableSpace();
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
    try (FileChannel in =
            FileChannel.open(
                file.source(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        FileChannel out =
            FileChannel.open(
                file.target(),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString(OWNER_ONLY)))) {
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
      if (!Files.exists(file.source(), LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      throw e;
    }
    if (!PosixFilePermissions.toString(file.mode()).equals(OWNER_ONLY)) {
      Files.setPosixFilePermissions(file.target(), file.mode());
    }
    Ownership.give(file.target(), request.account());
  }

  private synchronized void advance(long bytes) {
    copied += bytes;
    request.progress().accept(copied);
  }

  private void stopWhenCancelled() throws StepFailed {
    if (request.cancelled().getAsBoolean()) {
      throw new StepFailed(
          "Cancelled",
          "copying " + request.source() + " was cancelled",
          "Nothing needs to be done: what was copied is discarded");
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
    return VolumeErrors.full(request.target(), needed, free(), e);
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
