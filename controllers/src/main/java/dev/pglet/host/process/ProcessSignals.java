package dev.pglet.host.process;

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
import java.util.function.BooleanSupplier;

/**
 * Sends signals through a pidfd, which names one process and not its number: opened first, then the
 * process is proven, then signalled, so that a reused pid never gets another's signal. Kernels
 * without pidfd (before 5.3) get {@code kill(2)} right after the proof. Stateless.
 */
public final class ProcessSignals {
  /** Signals, numbered alike on x86-64 and arm64. */
  public enum Signal {
    HANGUP(1),
    INTERRUPT(2),
    QUIT(3);

    private final int number;

    Signal(int number) {
      this.number = number;
    }
  }

  // The same numbers on every architecture: both calls are younger than the unified table.
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final int ENOSYS = 38;
  private static final int ESRCH = 3;
  private static final int EPERM = 1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SYSCALL =
      handle(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(1));

  private static final MethodHandle KILL =
      handle(
          "kill",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private ProcessSignals() {}

  /**
   * Signals the process when the proof holds.
   *
   * @param proof whether the pid is still the process that is meant; asked when it can no longer
   *     become another one
   * @return false when the process is gone or the proof does not hold; then nothing was sent
   * @throws IOException when the kernel does not allow it
   */
  public static boolean send(long pid, Signal signal, BooleanSupplier proof) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      long fd = (long) SYSCALL.invokeExact(errno, SYS_PIDFD_OPEN, pid, 0L, 0L, 0L);
      if (fd < 0) {
        return error(errno) == ENOSYS
            ? proof.getAsBoolean() && kill(arena, pid, signal)
            : succeeded(error(errno), pid, signal);
      }
      try {
        if (!proof.getAsBoolean()) {
          return false;
        }
        long sent =
            (long)
                SYSCALL.invokeExact(errno, SYS_PIDFD_SEND_SIGNAL, fd, (long) signal.number, 0L, 0L);
        return sent == 0 || succeeded(error(errno), pid, signal);
      } finally {
        int closed = (int) CLOSE.invokeExact((int) fd);
        assert closed == 0;
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("calling the C library", e);
    }
  }

  private static boolean kill(Arena arena, long pid, Signal signal) throws Throwable {
    MemorySegment errno = arena.allocate(ERRNO);
    int sent = (int) KILL.invokeExact(errno, (int) pid, signal.number);
    return sent == 0 || succeeded(error(errno), pid, signal);
  }

  private static boolean succeeded(int error, long pid, Signal signal) throws IOException {
    if (error == ESRCH) {
      return false;
    }
    throw new IOException(
        "sending %s to process %d: %s"
            .formatted(
                signal, pid, error == EPERM ? "not permitted" : "system error number " + error));
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
