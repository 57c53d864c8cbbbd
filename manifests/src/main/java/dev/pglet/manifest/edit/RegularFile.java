package dev.pglet.manifest.edit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads a file that may be replaced by anything at any moment. Java waits in opening a named pipe
 * until somebody writes to it, and to look first does not help: what was looked at is not what is
 * opened.
 */
public final class RegularFile {
  /**
   * {@code O_RDONLY | O_NONBLOCK | O_CLOEXEC}, and O_NOFOLLOW, which is not the same everywhere.
   */
  private static final int FLAGS = 0x800 | 0x80000 | noFollow();

  private static final int ENOENT = 2;
  private static final int ENXIO = 6;
  private static final int EACCES = 13;
  private static final int ENOTDIR = 20;
  private static final int ELOOP = 40;
  private static final int REGULAR = 0100000;
  private static final int TYPE = 0170000;

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      MethodHandles.insertCoordinates(
          STATE.varHandle(MemoryLayout.PathElement.groupElement("errno")), 1, 0L);
  private static final MethodHandle OPEN =
      handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 1);

  private RegularFile() {}

  /**
   * All of a file.
   *
   * @param path whose last part is no symbolic link
   * @throws NoSuchFileException when there is none, or something else that is no regular file
   */
  public static byte[] read(Path path) throws IOException {
    return read(path, Integer.MAX_VALUE);
  }

  /** As above, only the first bytes. */
  public static byte[] read(Path path, int atMost) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int file =
          (int) OPEN.invoke(state, arena.allocateFrom(path.toString(), pathCharset()), FLAGS);
      if (file < 0) {
        throw failure(path, (int) ERRNO.get(state));
      }
      try {
        return read(path, file, atMost);
      } finally {
        int _ = (int) CLOSE.invoke(state, file);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("opening and closing a file", e);
    }
  }

  /** What is behind a descriptor stays what it is, and can be opened again as Java does. */
  private static byte[] read(Path path, int file, int atMost) throws IOException {
    Path opened = Path.of("/proc/self/fd/" + file);
    if (((int) Files.getAttribute(opened, "unix:mode") & TYPE) != REGULAR) {
      throw new NoSuchFileException(path.toString(), null, "no regular file");
    }
    try (InputStream in = Files.newInputStream(opened)) {
      return in.readNBytes(atMost);
    }
  }

  private static IOException failure(Path path, int errno) {
    return switch (errno) {
      // A socket and a device without a driver cannot be opened at all, nor a link followed.
      case ENOENT, ENOTDIR, ENXIO, ELOOP -> new NoSuchFileException(path.toString());
      case EACCES -> new AccessDeniedException(path.toString());
      default -> new FileSystemException(path.toString(), null, "open failed with error " + errno);
    };
  }

  @SuppressWarnings("restricted") // the launcher allows native access; there is no Java API for it
  private static MethodHandle handle(String name, FunctionDescriptor type, int fixed) {
    Linker linker = Linker.nativeLinker();
    Linker.Option errno = Linker.Option.captureCallState("errno");
    MemorySegment function = linker.defaultLookup().findOrThrow(name);
    return fixed == 2
        ? linker.downcallHandle(function, type, errno, Linker.Option.firstVariadicArg(fixed))
        : linker.downcallHandle(function, type, errno);
  }

  private static int noFollow() {
    return "aarch64".equals(System.getProperty("os.arch")) ? 0x8000 : 0x20000;
  }

  private static Charset pathCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
  }
}
