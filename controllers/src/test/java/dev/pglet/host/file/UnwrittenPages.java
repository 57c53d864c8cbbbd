package dev.pglet.host.file;

import dev.pglet.host.libc.CLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/** How much of a file is only in memory, as {@code cachestat(2)} says, which Linux has from 6.5. */
final class UnwrittenPages {
  private static final long CACHESTAT = 451;
  private static final int DIRTY = 1;
  private static final int WRITEBACK = 2;
  private static final int NUMBERS = 5;

  private static final MethodHandle SYSCALL = handle();

  private UnwrittenPages() {}

  /** Pages that are dirty or on their way to the disk; empty where the kernel cannot tell. */
  static Optional<Long> of(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      SystemFiles.Opened opened =
          SystemFiles.openAt(SystemFiles.NO_DIRECTORY, arena.allocateFrom(file.toString()), false);
      if (opened.error() != 0) {
        throw new IOException(file + ": system error " + opened.error());
      }
      MemorySegment all = arena.allocate(ValueLayout.JAVA_LONG, 2);
      MemorySegment found = arena.allocate(ValueLayout.JAVA_LONG, NUMBERS);
      long result = (long) SYSCALL.invokeExact(CACHESTAT, opened.descriptor(), all, found, 0);
      CLibrary.close(opened.descriptor());
      return result != 0
          ? Optional.empty()
          : Optional.of(
              found.getAtIndex(ValueLayout.JAVA_LONG, DIRTY)
                  + found.getAtIndex(ValueLayout.JAVA_LONG, WRITEBACK));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle() {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().find("syscall").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(1));
  }
}
