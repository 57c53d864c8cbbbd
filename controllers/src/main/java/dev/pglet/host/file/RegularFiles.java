package dev.pglet.host.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files in directories that another account may write to: a symbolic link there could lead this
 * process to a file that only it may read, and a pipe could make it wait. Stateless.
 */
public final class RegularFiles {
  private RegularFiles() {}

  /** Opens a regular file for reading; anything else is an error, a symbolic link too. */
  public static FileChannel open(Path file) throws IOException {
    require(file);
    return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  /** Copies a regular file with its mode, in place of whatever the target was. */
  public static void copy(Path from, Path to) throws IOException {
    PosixFileAttributes attributes = require(from);
    try (FileChannel in = open(from)) {
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
    Files.setPosixFilePermissions(to, attributes.permissions());
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
}
