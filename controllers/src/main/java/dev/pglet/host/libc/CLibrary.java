package dev.pglet.host.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.stream.Stream;

/**
 * Functions of the C library, and the error number that a call leaves behind. Stateless.
 *
 * <p>A handle is kept in a {@code static final} field by who calls it, so that the JVM can compile
 * the call.
 */
public final class CLibrary {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private CLibrary() {}

  /**
   * A function that sets {@code errno} when it fails.
   *
   * @param options besides the capture of {@code errno}
   * @return a handle whose first argument is a {@link #state}, followed by the function's own
   * @throws IllegalStateException when the library has no such function
   */
  public static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker.Option[] all =
        Stream.concat(Stream.of(Linker.Option.captureCallState("errno")), Stream.of(options))
            .toArray(Linker.Option[]::new);
    return handle(name, descriptor, all);
  }

  /** Room for what a call leaves behind, to be given to the handle. */
  public static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  /** The {@code errno} of the call that was given this state; meaningful only when it failed. */
  public static int error(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** Closes an open descriptor. */
  public static void close(int descriptor) {
    try {
      int closed = (int) CLOSE.invokeExact(descriptor);
      assert closed == 0;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** What to throw for what a handle has thrown: a handle declares every {@link Throwable}. */
  public static RuntimeException failed(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException("calling the C library", e);
    };
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
