package dev.pglet.host.file;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes trees durable that are written while it is open. It begins before the first write: the
 * system reports an error of the disk only to those who had something open when it happened, so
 * that whoever opens afterwards may be told that all is well. Used by one caller.
 */
public final class TreeSync implements AutoCloseable {
  private static final int THREADS = 4;

  /** PostgreSQL's own files lie at most five directories deep. */
  private static final int DEEPEST = 64;

  private final OpenDirectory above;
  private final Syncs syncs;

  private TreeSync(OpenDirectory above, Syncs syncs) {
    this.above = above;
    this.syncs = syncs;
  }

  /**
   * Begins, for trees that will lie in a directory.
   *
   * @param above is there; others cannot exchange it
   */
  public static TreeSync begin(Path above) throws IOException {
    return begin(above, Syncs.OF_SYSTEM);
  }

  static TreeSync begin(Path above, Syncs syncs) throws IOException {
    return new TreeSync(OpenDirectory.open(above), syncs);
  }

  /**
   * Makes a tree durable, and its name in the directory above. Of what others put there meanwhile,
   * nothing is followed or waited for.
   *
   * @param root a directory in the one that was begun with
   * @throws IOException when it is not there, or the disk has reported an error since the
   *     beginning: what was written may be lost
   */
  public void complete(Path root) throws IOException {
    if (!above.path().equals(root.getParent())) {
      throw new IllegalArgumentException(root + " does not lie in " + above.path());
    }
    try (OpenDirectory tree = above.directory(requireNonNull(root.getFileName()))) {
      // A file system that is mounted on the tree, or a subvolume, is another one.
      if (tree.device() != above.device() || !syncs.fileSystem(above)) {
        each(tree);
      }
    }
    syncs.directory(above);
  }

  @Override
  public void close() {
    above.close();
  }

  /**
   * The files, several at once so that they share the journal's commits, then the directories, from
   * below to above.
   */
  private void each(OpenDirectory tree) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Path> directories = new ArrayList<>();
    list(tree, Path.of(""), files, directories);
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
      all(executor, tree, files, this::file);
      all(executor, tree, directories, this::directory);
    }
    syncs.directory(tree);
  }

  private static void list(
      OpenDirectory directory, Path below, List<Path> files, List<Path> directories)
      throws IOException {
    if (below.getNameCount() > DEEPEST) {
      throw new IOException(
          "%s lies more than %d directories deep, which PostgreSQL never makes"
              .formatted(directory.path(), DEEPEST));
    }
    for (Path name : directory.names()) {
      Path relative = below.resolve(name);
      Optional<PosixFileAttributes> found = directory.attributes(name);
      if (found.isPresent() && found.get().isDirectory()) {
        try (OpenDirectory inside = directory.directory(name)) {
          list(inside, relative, files, directories);
        }
        directories.add(relative);
      } else if (found.isPresent() && found.get().isRegularFile()) {
        files.add(relative);
      }
    }
  }

  private void file(OpenDirectory in, Path name) throws IOException {
    try (FileChannel file = in.file(name)) {
      syncs.file(file, in.path().resolve(name));
    }
  }

  private void directory(OpenDirectory in, Path name) throws IOException {
    try (OpenDirectory directory = in.directory(name)) {
      syncs.directory(directory);
    }
  }

  private static void all(ExecutorService executor, OpenDirectory tree, List<Path> paths, Act act)
      throws IOException {
    List<Future<?>> running = new ArrayList<>();
    for (Path path : paths) {
      running.add(executor.submit(() -> one(tree, path, act)));
    }
    try {
      for (Future<?> future : running) {
        future.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UncheckedIOException unchecked) {
        throw new IOException(unchecked.getMessage(), unchecked.getCause());
      }
      throw new IOException("syncing " + tree.path() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while syncing " + tree.path(), e);
    }
  }

  private static void one(OpenDirectory tree, Path relative, Act act) {
    try {
      reach(tree, relative, act);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "syncing %s: %s".formatted(tree.path().resolve(relative), e.getMessage()), e);
    }
  }

  private static void reach(OpenDirectory from, Path relative, Act act) throws IOException {
    if (relative.getNameCount() == 1) {
      act.on(from, relative);
      return;
    }
    try (OpenDirectory next = from.directory(relative.getName(0))) {
      reach(next, relative.subpath(1, relative.getNameCount()), act);
    }
  }

  private interface Act {
    void on(OpenDirectory in, Path name) throws IOException;
  }

  /** What is asked of the system. */
  interface Syncs {
    Syncs OF_SYSTEM =
        new Syncs() {
          @Override
          public boolean fileSystem(OpenDirectory directory) throws IOException {
            return FileSystemSync.suits(directory.path()) && directory.syncFileSystem();
          }

          @Override
          public void file(FileChannel file, Path path) throws IOException {
            file.force(true);
          }

          @Override
          public void directory(OpenDirectory directory) throws IOException {
            directory.sync();
          }
        };

    /** Syncs all of the directory's file system; false where each file must be synced instead. */
    boolean fileSystem(OpenDirectory directory) throws IOException;

    /** Syncs a file that was opened by the path. */
    void file(FileChannel file, Path path) throws IOException;

    void directory(OpenDirectory directory) throws IOException;
  }
}
