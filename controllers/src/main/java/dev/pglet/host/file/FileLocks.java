package dev.pglet.host.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Sees locks of {@code flock(2)}, which Java's own locks (those of {@code fcntl}) do not see.
 * {@code /proc/locks} is no substitute: in a container it hides a lock whose taker has died, and
 * that is the one that matters here. Stateless.
 */
public final class FileLocks {
  private static final int O_RDONLY = 0;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;

  /** The one open flag that differs between the architectures that pglet runs on. */
  private static final int O_NOFOLLOW =
      System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;

  private static final int LOCK_SH = 1;
  private static final int LOCK_NB = 4;

  private static final int ENOENT = 2;
  private static final int EWOULDBLOCK = 11;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));

  private static final MethodHandle FLOCK =
      handle(
          "flock",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private FileLocks() {}

  /**
   * Whether somebody holds an exclusive {@code flock} on the file. Never waits. The question itself
   * is a shared lock for some microseconds: two askers do not see each other, but who takes the
   * lock at that moment without waiting is refused once. An absent file is not locked; a symbolic
   * link is an error.
   */
  public static boolean held(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int fd =
          (int)
              OPEN.invokeExact(
                  errno,
                  arena.allocateFrom(file.toString()),
                  O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
      if (fd < 0) {
        if (error(errno) == ENOENT) {
          return false;
        }
        throw failed("opening", file, errno);
      }
      try {
        int locked = (int) FLOCK.invokeExact(errno, fd, LOCK_SH | LOCK_NB);
        if (locked != 0 && error(errno) != EWOULDBLOCK) {
          throw failed("locking", file, errno);
        }
        return locked != 0;
      } finally {
        // Closing the only descriptor of this opening gives the shared lock back.
        int closed = (int) CLOSE.invokeExact(fd);
        assert closed == 0;
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("calling the C library", e);
    }
  }

  private static IOException failed(String doing, Path file, MemorySegment errno) {
    return new IOException("%s %s: system error number %d".formatted(doing, file, error(errno)));
  }

  private static int error(MemorySegment errno) {
    return (int) ERRNO_VALUE.get(errno, 0L);
  }

  // Restricted: the launcher allows it with --enable-native-access.
  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new IllegalStateException("the C library has no " + name)),
        descriptor,
        options);
  }
}
