package dev.pglet.host.process;

import dev.pglet.host.libc.CLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes this process another program, by {@code execve(2)}: the terminal, its signals and its job
 * control are that program's from then on, and no JVM waits behind it. Stateless.
 */
public final class ProcessReplacement {
  private static final MethodHandle EXECVE =
      CLibrary.function(
          "execve",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));

  private ProcessReplacement() {}

  /**
   * Does not return when it succeeds; no shutdown hook runs. Whoever calls it has flushed its
   * streams.
   *
   * @param arguments without the program's own name
   * @return what went wrong
   */
  public static IOException with(
      Path program, List<String> arguments, Map<String, String> environment) {
    List<String> words = new ArrayList<>(List.of(program.toString()));
    words.addAll(arguments);
    List<String> variables = new ArrayList<>();
    environment.forEach((name, value) -> variables.add(name + "=" + value));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CLibrary.state(arena);
      int failed =
          (int)
              EXECVE.invokeExact(
                  state,
                  arena.allocateFrom(program.toString()),
                  vector(words, arena),
                  vector(variables, arena));
      return new IOException(
          "running %s: error %d (%d)".formatted(program, CLibrary.error(state), failed));
    } catch (Throwable e) {
      throw CLibrary.failed(e);
    }
  }

  /** Pointers to texts, and a null at the end. */
  private static MemorySegment vector(List<String> texts, Arena arena) {
    MemorySegment vector = arena.allocate(ValueLayout.ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      vector.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(texts.get(i)));
    }
    vector.setAtIndex(ValueLayout.ADDRESS, texts.size(), MemorySegment.NULL);
    return vector;
  }
}
