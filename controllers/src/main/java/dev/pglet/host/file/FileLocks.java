package dev.pglet.host.file;

import dev.pglet.host.libc.CLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * Sees locks of {@code flock(2)}, which Java's own locks (those of {@code fcntl}) do not see.
 * {@code /proc/locks} is no substitute: in a container it hides a lock whose taker has died, and
 * that is the one that matters here. Stateless.
 */
public final class FileLocks {
  private FileLocks() {}

  /**
   * Whether somebody holds an exclusive {@code flock} on the file. Never waits. The question itself
   * is a shared lock for some microseconds: two askers do not see each other, but who takes the
   * lock at that moment without waiting is refused once. An absent file is not locked; a symbolic
   * link is an error.
   */
  public static boolean held(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      SystemFiles.Opened opened =
          SystemFiles.openAt(SystemFiles.NO_DIRECTORY, arena.allocateFrom(file.toString()), false);
      if (opened.error() == SystemFiles.ENOENT) {
        return false;
      }
      if (opened.error() != 0) {
        throw failed("opening", file, opened.error());
      }
      try {
        int error = SystemFiles.lockShared(opened.descriptor());
        if (error != 0 && error != SystemFiles.EWOULDBLOCK) {
          throw failed("locking", file, error);
        }
        return error != 0;
      } finally {
        // Closing the only descriptor of this opening gives the shared lock back.
        CLibrary.close(opened.descriptor());
      }
    }
  }

  private static IOException failed(String doing, Path file, int error) {
    return new IOException("%s %s: system error number %d".formatted(doing, file, error));
  }
}
