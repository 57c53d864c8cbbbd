package dev.pglet.host.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files in trees that another account may write to: a symbolic link there could lead this process
 * to a file that only it may read, and a pipe could make it wait. A file is named by a tree's root,
 * which the other account cannot exchange, and its path below, of which no part may be a link.
 * Stateless.
 */
public final class RegularFiles {
  private RegularFiles() {}

  /** Opens a regular file in a directory for reading; anything else is an error. */
  public static FileChannel open(Path file) throws IOException {
    return open(parent(file), file.getFileName());
  }

  /** Opens a regular file below the root for reading; a link anywhere below it is an error. */
  public static FileChannel open(Path root, Path relative) throws IOException {
    try (OpenDirectory top = OpenDirectory.open(root)) {
      return open(top, relative);
    }
  }

  private static FileChannel open(OpenDirectory directory, Path relative) throws IOException {
    if (relative.getNameCount() == 1) {
      return directory.file(relative);
    }
    try (OpenDirectory next = directory.directory(relative.getName(0))) {
      return open(next, relative.subpath(1, relative.getNameCount()));
    }
  }

  /**
   * What is in a regular file below the root.
   *
   * @param limit in bytes; a longer file is an error, whoever made it so
   */
  public static byte[] read(Path root, String relative, int limit) throws IOException {
    try (FileChannel channel = open(root, Path.of(relative))) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(channel.size(), limit) + 1);
      for (int n = 0; n >= 0 && buffer.hasRemaining(); ) {
        n = channel.read(buffer);
      }
      if (buffer.position() > limit) {
        throw new FileSystemException(
            root.resolve(relative).toString(), null, "is longer than " + limit + " bytes");
      }
      byte[] content = new byte[buffer.flip().remaining()];
      buffer.get(content);
      return content;
    }
  }

  /** The same as text; what is no UTF-8 is replaced. */
  public static String text(Path root, String relative, int limit) throws IOException {
    return new String(read(root, relative, limit), StandardCharsets.UTF_8);
  }

  /**
   * Copies a regular file from below the root, readable by its owner only, in place of whatever the
   * target was. The target lies in a directory that nobody else can write to.
   */
  public static void copy(Path root, Path relative, Path to) throws IOException {
    try (FileChannel in = open(root, relative)) {
      Files.deleteIfExists(to);
      try (FileChannel out =
          FileChannel.open(
              to,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        long end = in.size();
        long position = 0;
        long n = 1;
        while (position < end && n > 0) {
          n = in.transferTo(position, end - position, out);
          position += n;
        }
      }
    }
  }

  /** Requires that the file is a regular one itself and no link to one. */
  public static PosixFileAttributes require(Path file) throws IOException {
    PosixFileAttributes found =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          found.isSymbolicLink()
              ? "is a symbolic link, which is not followed here"
              : "is no regular file");
    }
    return found;
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no file: " + file);
    }
    return parent;
  }
}
