package dev.pglet.host.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Whole directories. Never follows a symbolic link. Stateless. */
public final class FileTree {
  /** A writer that is about to end may still add a file while the tree is removed. */
  private static final int DELETE_ATTEMPTS = 20;

  private static final int SYNC_THREADS = 4;

  private FileTree() {}

  /** Removes the tree; an absent one is removed already. A symbolic link is removed itself. */
  public static void delete(Path root) throws IOException {
    for (int attempt = 1; Files.exists(root, LinkOption.NOFOLLOW_LINKS); attempt++) {
      try {
        Files.walkFileTree(root, new Deletion());
      } catch (DirectoryNotEmptyException e) {
        if (attempt == DELETE_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Makes the tree durable, and its name in the directory above. */
  public static void sync(Path root) throws IOException {
    if (!FileSystemSync.attempt(root)) {
      syncEach(root);
    }
    DurableFile.syncParent(root);
  }

  /**
   * Syncs the files, several at once so that they share the journal's commits, then the
   * directories.
   */
  static void syncEach(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Path> directories = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            directories.add(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    syncAll(files);
    syncAll(directories);
  }

  /** The bytes in the regular files of the tree; what vanishes meanwhile does not count. */
  public static long size(Path root) throws IOException {
    long[] total = new long[1];
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            total[0] += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return total[0];
  }

  private static void syncAll(List<Path> paths) throws IOException {
    try (ExecutorService executor = Executors.newFixedThreadPool(SYNC_THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (Path path : paths) {
        running.add(executor.submit(() -> syncOne(path)));
      }
      for (Future<?> future : running) {
        future.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UncheckedIOException unchecked) {
        throw new IOException(unchecked.getMessage(), unchecked.getCause());
      }
      throw new IOException("syncing: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while syncing", e);
    }
  }

  private static void syncOne(Path path) {
    try {
      DurableFile.sync(path);
    } catch (IOException e) {
      throw new UncheckedIOException("syncing " + path + ": " + e.getMessage(), e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
