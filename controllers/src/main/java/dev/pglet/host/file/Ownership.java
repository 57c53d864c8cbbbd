package dev.pglet.host.file;

import dev.pglet.host.account.ServerAccount;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** Who owns files and what others may do with them. Stateless. */
public final class Ownership {
  private Ownership() {}

  /** Gives a file to the account; nothing to do when this process is the account. */
  public static void give(Path path, ServerAccount account) throws IOException {
    if (account.switching()) {
      Files.setAttribute(path, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Ensures a directory of the account with exactly that mode, such as {@code rwx------}. */
  public static void directory(Path path, ServerAccount account, String mode) throws IOException {
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(permissions));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
    Files.setPosixFilePermissions(path, permissions);
    give(path, account);
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
}
