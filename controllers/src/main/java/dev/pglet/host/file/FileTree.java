package dev.pglet.host.file;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;

/** Whole directories. Never follows a symbolic link. Stateless. */
public final class FileTree {
  /** A writer that is about to end may still add a file while the tree is removed. */
  private static final int DELETE_ATTEMPTS = 20;

  /** PostgreSQL's own files lie at most five directories deep. */
  private static final int DEEPEST = 64;

  private FileTree() {}

  /**
   * Removes the tree; an absent one is removed already. A symbolic link is removed itself. Others
   * may write in the tree meanwhile, but not in the directory that it lies in.
   */
  public static void delete(Path root) throws IOException {
    for (int attempt = 1; Files.exists(root, LinkOption.NOFOLLOW_LINKS); attempt++) {
      try {
        if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
          try (OpenDirectory directory = OpenDirectory.open(root)) {
            empty(directory, 1);
          }
        }
        Files.deleteIfExists(root);
      } catch (FileSystemException e) {
        if (attempt == DELETE_ATTEMPTS || !changedMeanwhile(e)) {
          throw e;
        }
      }
    }
  }

  private static void empty(OpenDirectory directory, int depth) throws IOException {
    for (Path name : directory.names()) {
      if (isDirectory(directory, name)) {
        requireShallow(directory, depth);
        try (OpenDirectory inside = directory.directory(name)) {
          empty(inside, depth + 1);
        } catch (NoSuchFileException e) {
          continue;
        } catch (FileSystemException e) {
          if (isDirectory(directory, name)) {
            throw e;
          }
        }
      }
      directory.delete(name);
    }
  }

  private static boolean isDirectory(OpenDirectory directory, Path name) throws IOException {
    return directory.attributes(name).map(PosixFileAttributes::isDirectory).orElse(false);
  }

  /** What one saw as a directory is none any more, or the other way round, or has been filled. */
  private static boolean changedMeanwhile(FileSystemException e) {
    String reason = String.valueOf(e.getReason());
    return e instanceof DirectoryNotEmptyException
        || reason.contains("Is a directory")
        || reason.contains("Not a directory");
  }

  /** Each level takes a descriptor and stack: whoever may write there could use up both. */
  private static void requireShallow(OpenDirectory directory, int depth) throws IOException {
    if (depth == DEEPEST) {
      throw new FileSystemException(
          directory.path().toString(),
          null,
          "lies more than %d directories deep, which PostgreSQL never makes; remove it by hand"
              .formatted(DEEPEST));
    }
  }

  /**
   * The bytes in the regular files of the tree; what vanishes meanwhile does not count. Others may
   * write in the tree meanwhile.
   */
  public static long size(Path root) throws IOException {
    try (OpenDirectory directory = OpenDirectory.open(root)) {
      return size(directory, 1);
    }
  }

  private static long size(OpenDirectory directory, int depth) throws IOException {
    requireShallow(directory, depth);
    long total = 0;
    for (Path name : directory.names()) {
      Optional<PosixFileAttributes> found = directory.attributes(name);
      if (found.isPresent() && found.get().isRegularFile()) {
        total += found.get().size();
      } else if (found.isPresent() && found.get().isDirectory()) {
        try (OpenDirectory inside = directory.directory(name)) {
          total += size(inside, depth + 1);
        } catch (NoSuchFileException e) {
          // It has just been removed.
        }
      }
    }
    return total;
  }
}
