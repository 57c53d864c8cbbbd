package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pglet.manifest.edit.text.EditRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An editor saves a manifest thousands of times, by rename and in place, while statuses are written
 * into it as fast as possible. Each save must be found again: at the latest when what it wrote into
 * a displaced file has been handed back.
 */
final class TestRacingEditors {
  private static final int EDITS = 5_000;
  private static final long SEED = 42;

  @TempDir private Path temp;
  private final ScheduledExecutorService delayed = Executors.newScheduledThreadPool(1);
  private final AtomicFile atomic =
      new AtomicFile(
          new LinuxFileSwap(),
          (delay, task) -> {
            var _ = delayed.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
          },
          InstantSource.system());
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger dropped = new AtomicInteger();
  private Path file = Path.of("/");

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(temp.resolve("a.yaml"), text(0));
  }

  @AfterEach
  void stop() {
    delayed.shutdownNow();
  }

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void noSaveOfAnEditorIsLost() throws Exception {
    Thread statuses = Thread.ofPlatform().start(this::writeStatuses);
    Random random = new Random(SEED);
    for (int i = 1; i <= EDITS; i++) {
      int edit = i;
      if (random.nextBoolean()) {
        saveByRename(edit);
      } else {
        saveInPlace(edit);
      }
      await(edit, () -> Files.readString(file).startsWith(text(edit)));
      if (random.nextInt(4) == 0) {
        await(edit, () -> Files.readString(file).startsWith(text(edit) + "status"));
      }
    }
    over.set(true);
    statuses.join();
    await(EDITS, this::nothingIsLookedAfter);
    assertThat(Files.readString(file)).startsWith(text(EDITS));
    assertThat(written.get()).as("statuses written meanwhile").isGreaterThan(EDITS / 20);
    assertThat(dropped.get()).as("statuses that met an edit").isPositive();
  }

  private void writeStatuses() {
    for (int i = 0; !over.get(); i++) {
      try {
        byte[] read = Files.readAllBytes(file);
        String edited =
            ManifestEditor.withStatus(
                new String(read, StandardCharsets.UTF_8),
                0,
                JsonNodeFactory.instance.objectNode().put("count", i));
        AtomicFile.Outcome outcome =
            atomic.replace(file, read, edited.getBytes(StandardCharsets.UTF_8));
        (outcome == AtomicFile.Outcome.DONE ? written : dropped).incrementAndGet();
      } catch (EditRefused e) {
        dropped.incrementAndGet(); // half of a save in place
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void saveByRename(int edit) throws IOException {
    Path other = Files.writeString(temp.resolve("editor.tmp"), text(edit));
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void saveInPlace(int edit) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer content = ByteBuffer.wrap(text(edit).getBytes(StandardCharsets.UTF_8));
      channel.truncate(0);
      while (content.hasRemaining()) {
        channel.write(content);
      }
    }
  }

  private boolean nothingIsLookedAfter() throws IOException {
    try (Stream<Path> entries = Files.list(temp)) {
      return entries.noneMatch(entry -> String.valueOf(entry.getFileName()).startsWith("."));
    }
  }

  private List<String> left() throws IOException {
    try (Stream<Path> entries = Files.list(temp)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).limit(10).toList();
    }
  }

  @FunctionalInterface
  private interface Check {
    boolean isTrue() throws IOException;
  }

  /** A save that went into a displaced file is absent for a moment, but never for good. */
  private void await(int edit, Check check) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!check.isTrue()) {
      if (System.nanoTime() > deadline) {
        over.set(true);
        throw new AssertionError(
            "edit %d of seed %d is lost, after %s statuses; there are %s"
                .formatted(edit, SEED, written, left()));
      }
      LockSupport.parkNanos(200_000);
    }
  }

  private static String text(int edit) {
    return "# mine\nspec:\n  parameters: {work_mem: " + (10_000 + edit) + "kB}\nend: true\n";
  }
}
