package dev.pglet.manifest.edit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code renameat2(2)}, through the C library or, where that is older, as a system call. */
public final class LinuxFileSwap implements FileSwap {
  private static final int NO_REPLACE = 1;
  private static final int EXCHANGE = 2;
  private static final int CURRENT_DIRECTORY = -100;

  private static final int ENOENT = 2;
  private static final int EEXIST = 17;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      MethodHandles.insertCoordinates(
          STATE.varHandle(MemoryLayout.PathElement.groupElement("errno")), 1, 0L);

  private final MethodHandle rename = rename();

  @Override
  public boolean exchange(Path one, Path other) throws IOException {
    return call(one, other, EXCHANGE);
  }

  @Override
  public boolean renameToFree(Path from, Path to) throws IOException {
    return call(from, to, NO_REPLACE);
  }

  private boolean call(Path from, Path to, int flags) throws IOException {
    int errno;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result =
          (long)
              rename.invoke(
                  state,
                  CURRENT_DIRECTORY,
                  arena.allocateFrom(from.toString(), pathCharset()),
                  CURRENT_DIRECTORY,
                  arena.allocateFrom(to.toString(), pathCharset()),
                  flags);
      if (result == 0) {
        return true;
      }
      errno = (int) ERRNO.get(state);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("calling renameat2", e);
    }
    return switch (errno) {
      case EINVAL, ENOSYS, EOPNOTSUPP -> false;
      case ENOENT -> throw new NoSuchFileException(from.toString(), to.toString(), "gone");
      case EEXIST -> throw new FileAlreadyExistsException(to.toString());
      default ->
          throw new FileSystemException(
              from.toString(), to.toString(), "renameat2 failed with error " + errno);
    };
  }

  @SuppressWarnings("restricted") // the launcher allows native access; there is no Java API for it
  private static MethodHandle rename() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    Linker.Option errno = Linker.Option.captureCallState("errno");
    Optional<MemorySegment> function = library.find("renameat2");
    if (function.isPresent()) {
      MethodHandle direct =
          linker.downcallHandle(
              function.get(),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT),
              errno);
      return direct.asType(direct.type().changeReturnType(long.class));
    }
    MethodHandle indirect =
        linker.downcallHandle(
            library.findOrThrow("syscall"),
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT),
            errno,
            Linker.Option.firstVariadicArg(1));
    return MethodHandles.insertArguments(indirect, 1, systemCallNumber());
  }

  private static long systemCallNumber() {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> 316L;
      case "aarch64" -> 276L;
      case String other ->
          throw new IllegalStateException(
              "pglet runs on Linux x86-64 and arm64, but this machine is " + other);
    };
  }

  private static Charset pathCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
  }
}
