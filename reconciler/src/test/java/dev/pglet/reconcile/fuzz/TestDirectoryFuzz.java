package dev.pglet.reconcile.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random edits of a real directory, in virtual time. {@code -Dpglet.fuzz.sequences} says how many
 * histories, {@code -Dpglet.fuzz.seed} with which one to begin.
 */
final class TestDirectoryFuzz {
  private static final long SEQUENCES = Long.getLong("pglet.fuzz.sequences", 10_000);

  /** The same in every build, so that a red one is by its change; hack/soak takes others. */
  private static final long SEED = 20_261_121;

  /** What the engine says of a million edits is of no use, and would take most of the time. */
  private static final Logger LOG = Logger.getLogger("dev.pglet");

  private final @Nullable Level before = LOG.getLevel();

  @BeforeEach
  void silence() {
    LOG.setLevel(Level.OFF);
  }

  @AfterEach
  void speak() {
    LOG.setLevel(before);
  }

  @Test
  void neverDeletesUnaskedAndEndsWithWhatTheFilesSay() throws Exception {
    long first = Long.getLong("pglet.fuzz.seed", SEED);
    System.out.printf("directory fuzz: %d histories from seed %d%n", SEQUENCES, first);
    AtomicLong next = new AtomicLong(first);
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Math.max(1, Runtime.getRuntime().availableProcessors()); i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long seed = next.getAndIncrement();
                        seed < first + SEQUENCES && wrong.isEmpty();
                        seed = next.getAndIncrement()) {
                      run(seed, wrong);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(wrong).isEmpty();
  }

  private static void run(long seed, ConcurrentLinkedQueue<String> wrong) {
    try (FuzzSequence sequence = new FuzzSequence(base(), seed)) {
      sequence.run();
    } catch (Throwable e) {
      String why = e.getCause() == null ? "" : e.getCause().toString();
      wrong.add(
          "-Dpglet.fuzz.seed=%d -Dpglet.fuzz.sequences=1\n%s%n%s"
              .formatted(seed, e.getMessage(), why));
    }
  }

  /** In memory where there is such a place: the disk would be what is measured. */
  private static Path base() throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempDirectory(memory, "pglet-fuzz")
        : Files.createTempDirectory("pglet-fuzz");
  }
}
