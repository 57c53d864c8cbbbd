package dev.pglet.host.file;

import dev.pglet.host.libc.CLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

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

  private static final MethodHandle OPENAT =
      CLibrary.function(
          "openat",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(3));

  private static final MethodHandle FLOCK =
      CLibrary.function(
          "flock",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private static final MethodHandle SYNCFS =
      CLibrary.function(
          "syncfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

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
      MemorySegment state = CLibrary.state(arena);
      int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | (directory ? O_DIRECTORY : 0);
      int descriptor = (int) OPENAT.invokeExact(state, in, name, flags);
      return descriptor >= 0 ? new Opened(descriptor, 0) : new Opened(-1, CLibrary.error(state));
    } catch (Throwable e) {
      throw CLibrary.failed(e);
    }
  }

  /** Takes a shared {@code flock} without waiting; returns 0 or the system's error number. */
  static int lockShared(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CLibrary.state(arena);
      int locked = (int) FLOCK.invokeExact(state, descriptor, LOCK_SH | LOCK_NB);
      return locked == 0 ? 0 : CLibrary.error(state);
    } catch (Throwable e) {
      throw CLibrary.failed(e);
    }
  }

  /** Calls {@code syncfs}; returns 0 or the system's error number. */
  static int syncFileSystem(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CLibrary.state(arena);
      int synced = (int) SYNCFS.invokeExact(state, descriptor);
      return synced == 0 ? 0 : CLibrary.error(state);
    } catch (Throwable e) {
      throw CLibrary.failed(e);
    }
  }
}
