package dev.pglet.host.process;

import dev.pglet.host.libc.CLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
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

  private static final MethodHandle SYSCALL =
      CLibrary.function(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  private static final MethodHandle KILL =
      CLibrary.function(
          "kill",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

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
      MemorySegment state = CLibrary.state(arena);
      long fd = (long) SYSCALL.invokeExact(state, SYS_PIDFD_OPEN, pid, 0L, 0L, 0L);
      if (fd < 0) {
        return CLibrary.error(state) == ENOSYS
            ? proof.getAsBoolean() && kill(arena, pid, signal)
            : succeeded(CLibrary.error(state), pid, signal);
      }
      try {
        if (!proof.getAsBoolean()) {
          return false;
        }
        long sent =
            (long)
                SYSCALL.invokeExact(state, SYS_PIDFD_SEND_SIGNAL, fd, (long) signal.number, 0L, 0L);
        return sent == 0 || succeeded(CLibrary.error(state), pid, signal);
      } finally {
        CLibrary.close((int) fd);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw CLibrary.failed(e);
    }
  }

  private static boolean kill(Arena arena, long pid, Signal signal) throws Throwable {
    MemorySegment state = CLibrary.state(arena);
    int sent = (int) KILL.invokeExact(state, (int) pid, signal.number);
    return sent == 0 || succeeded(CLibrary.error(state), pid, signal);
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
}
