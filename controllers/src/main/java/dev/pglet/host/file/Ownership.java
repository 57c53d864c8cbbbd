package dev.pglet.host.file;

import dev.pglet.host.account.ServerAccount;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;

/**
 * Who owns files and what others may do with them. Every path lies in a directory that only this
 * process can write to: elsewhere the account could put another file under the name at any moment.
 * Stateless.
 */
public final class Ownership {
  private static final String READABLE = "rw-r-----";
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OTHERS = 022;

  private Ownership() {}

  /**
   * Whether only root can change a program that root is to run: the file, and every directory above
   * it where others could put another one under the name. One that cannot be looked at is none.
   */
  public static boolean isRootsAlone(Path program) {
    try {
      for (Path path = program.toRealPath(); path != null; path = path.getParent()) {
        int mode = (int) Files.getAttribute(path, "unix:mode");
        boolean othersWrite = (mode & WRITABLE_BY_OTHERS) != 0;
        // In a sticky directory nobody replaces what belongs to somebody else.
        boolean sticky = Files.isDirectory(path) && (mode & STICKY) != 0;
        if (uid(path) != 0 || (othersWrite && !sticky)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives a file to the account; nothing to do when this process is the account. */
  public static void give(Path path, ServerAccount account) throws IOException {
    if (account.switching()) {
      Files.setAttribute(path, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  /**
   * Ensures a directory of the account with exactly that mode, such as {@code rwx------}. One that
   * is there and belongs to somebody else is given to the account only when it is empty.
   */
  public static void directory(Path path, ServerAccount account, String mode) throws IOException {
    if (!made(path, mode) && account.switching() && uid(path) != account.uid()) {
      requireEmpty(path, account);
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    give(path, account);
  }

  /**
   * Ensures a directory of this process with exactly that mode, whose group is the account's: so
   * the mode says what the account may do there. As an ordinary user nobody else may do anything.
   */
  public static void ours(Path path, ServerAccount account, String mode) throws IOException {
    made(path, mode);
    if (account.switching()) {
      Files.setAttribute(path, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    } else {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** Makes a file this process's, which the account may read and not write. */
  public static void letRead(Path file, ServerAccount account) throws IOException {
    if (account.switching()) {
      Files.setAttribute(file, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(file, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(READABLE));
    }
  }

  /** Makes a file this process's alone. */
  public static void keep(Path file, ServerAccount account) throws IOException {
    if (account.switching()) {
      Files.setAttribute(file, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(file, "unix:gid", 0, LinkOption.NOFOLLOW_LINKS);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Whether a directory is as {@link #ours} makes it for a daemon of root. */
  public static boolean isOurs(Path path, ServerAccount account, String mode) throws IOException {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        && isOurs(attributes(path), account, mode);
  }

  /** Whether a file is as {@link #letRead} makes it for a daemon of root. */
  public static boolean isReadable(Path path, ServerAccount account) throws IOException {
    return isOurs(attributes(path), account, READABLE);
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    return Files.readAttributes(path, "unix:uid,gid,permissions", LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isOurs(Map<String, Object> found, ServerAccount account, String mode) {
    return Integer.valueOf(0).equals(found.get("uid"))
        && Integer.valueOf(account.gid()).equals(found.get("gid"))
        && PosixFilePermissions.fromString(mode).equals(found.get("permissions"));
  }

  /**
   * Ensures a directory and those above it, owned by this process. Those that it makes can be
   * passed by the account whatever the umask, but not listed by others; those that are there stay
   * as they are.
   */
  public static void passable(Path path, ServerAccount account) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path next = path.toAbsolutePath();
        next != null && !Files.isDirectory(next);
        next = next.getParent()) {
      missing.push(next);
    }
    String mode = account.switching() ? "rwx--x--x" : "rwx------";
    for (Path next : missing) {
      try {
        Files.createDirectory(next);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString(mode));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(next)) {
          throw e;
        }
      }
    }
  }

  private static boolean made(Path path, String mode) throws IOException {
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(permissions));
      return true;
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileSystemException(path.toString(), null, "is no directory; move it away");
      }
      return false;
    }
  }

  private static void requireEmpty(Path path, ServerAccount account) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      if (entries.iterator().hasNext()) {
        throw new FileSystemException(
            path.toString(),
            null,
            "belongs to uid %d and is not empty, so it is not given to the account %s; move it away, or run: chown %s %s"
                .formatted(uid(path), account.name(), account.name(), path));
      }
    }
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }
}
