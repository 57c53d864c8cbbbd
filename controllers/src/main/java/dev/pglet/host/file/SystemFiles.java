package dev.pglet.host.file;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The calls of the C library on files that Java has no equal of. Stateless. */
final class SystemFiles {
  /** In place of a directory's descriptor: the name is an absolute path. */
  static final int NO_DIRECTORY = -100;

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ENXIO = 6;
  static final int EWOULDBLOCK = 11;
  static final int EACCES = 13;
  static final int ENOTDIR = 20;
  static final int ENOSYS = 38;
  static final int ELOOP = 40;

  private static final int O_RDONLY = 0;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;

  /** Two open flags differ between the architectures that pglet runs on. */
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

  private static final int LOCK_SH = 1;
  private static final int LOCK_NB = 4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPENAT =
      handle(
          "openat",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(3));

  private static final MethodHandle FLOCK =
      handle(
          "flock",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private static final MethodHandle SYNCFS =
      handle(
          "syncfs",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private SystemFiles() {}

  /**
   * What came of an opening.
   *
   * @param error the system's error number; 0 when there is a descriptor
   */
  record Opened(int descriptor, int error) {}

  /**
   * Opens for reading, never through a symbolic link as the last name, and without waiting for a
   * pipe's writer.
   *
   * @param name ended by a zero byte
   * @param directory whether anything but a directory is an error
   */
  static Opened openAt(int in, MemorySegment name, boolean directory) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | (directory ? O_DIRECTORY : 0);
      int descriptor = (int) OPENAT.invokeExact(errno, in, name, flags);
      return descriptor >= 0 ? new Opened(descriptor, 0) : new Opened(-1, error(errno));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Takes a shared {@code flock} without waiting; returns 0 or the system's error number. */
  static int lockShared(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int locked = (int) FLOCK.invokeExact(errno, descriptor, LOCK_SH | LOCK_NB);
      return locked == 0 ? 0 : error(errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Calls {@code syncfs}; returns 0 or the system's error number. */
  static int syncFileSystem(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int synced = (int) SYNCFS.invokeExact(errno, descriptor);
      return synced == 0 ? 0 : error(errno);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  static void close(int descriptor) {
    try {
      int closed = (int) CLOSE.invokeExact(descriptor);
      assert closed == 0;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static RuntimeException failed(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException("calling the C library", e);
    };
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
