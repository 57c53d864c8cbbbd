package dev.pglet.reconcile.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.testing.TestingScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestWorkQueue {
  private final TestingScheduler time = new TestingScheduler();
  private final Activity activity = new Activity();
  private final WorkQueue<String> queue = new WorkQueue<>(time, activity);

  private String take() throws InterruptedException {
    return queue.take().map(WorkQueue.Taken::key).orElse("none");
  }

  @Test
  void handsOutInOrderAndEachKeyOnce() throws InterruptedException {
    queue.add("b", Priority.EDIT);
    queue.add("a", Priority.EDIT);
    queue.add("b", Priority.EDIT);

    assertThat(queue.depth()).isEqualTo(2);
    assertThat(List.of(take(), take())).containsExactly("b", "a");
    assertThat(queue.depth()).isZero();
  }

  @Test
  void editsGoBeforeResyncsAndAReaddKeepsTheHigherPriority() throws InterruptedException {
    queue.add("resync", Priority.RESYNC);
    queue.add("raised", Priority.RESYNC);
    queue.add("edit", Priority.EDIT);
    queue.add("raised", Priority.EDIT);
    queue.add("edit", Priority.RESYNC);

    assertThat(List.of(take(), take(), take())).containsExactly("raised", "edit", "resync");
  }

  @Test
  void aDelayedKeyComesInItsTimeAndAReaddKeepsTheEarlier() throws InterruptedException {
    queue.add("late", Priority.RESYNC, Duration.ofSeconds(60));
    queue.add("early", Priority.RESYNC, Duration.ofSeconds(60));
    queue.add("early", Priority.RESYNC, Duration.ofSeconds(10));
    queue.add("early", Priority.RESYNC, Duration.ofSeconds(90));
    time.advance(Duration.ofSeconds(9));
    assertThat(queue.depth()).isZero();

    time.advance(Duration.ofSeconds(1));
    assertThat(take()).isEqualTo("early");
    queue.done("early");
    time.advance(Duration.ofSeconds(50));
    assertThat(take()).isEqualTo("late");
    queue.done("late");
    time.advance(Duration.ofMinutes(10));
    assertThat(queue.depth()).isZero();
  }

  @Test
  void whatWaitsForLongSharesTheAlarmAtTheEndOfASecond() throws InterruptedException {
    time.advance(Duration.ofMillis(1));
    queue.add("a", Priority.RESYNC, Duration.ofSeconds(60));
    time.advance(Duration.ofMillis(600));
    queue.add("b", Priority.RESYNC, Duration.ofSeconds(60));
    queue.add("soon", Priority.RESYNC, Duration.ofMillis(9_999));
    time.advance(Duration.ofMillis(9_999));
    assertThat(take()).as("the time of a retry is exact").isEqualTo("soon");

    assertThat(time.next()).hasValue(Instant.parse("2026-01-01T00:01:01Z"));
    time.advance(Duration.ofSeconds(50));
    assertThat(queue.depth()).isZero();
    time.advance(Duration.ofMillis(400));
    assertThat(queue.depth()).isEqualTo(2);
    assertThat(time.next()).isEmpty();
  }

  @Test
  void aKeyBeingWorkedOnIsNotHandedOutAndComesBackWhenItWasAddedMeanwhile()
      throws InterruptedException {
    queue.add("a", Priority.EDIT);
    assertThat(take()).isEqualTo("a");
    queue.add("a", Priority.RESYNC, Duration.ofSeconds(60));
    queue.add("a", Priority.EDIT);
    assertThat(queue.depth()).isZero();

    queue.done("a");

    assertThat(queue.depth()).isEqualTo(1);
    assertThat(take()).isEqualTo("a");
    queue.done("a");
    time.advance(Duration.ofMinutes(5));
    assertThat(queue.depth()).isZero();
    assertThat(activity.idle()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"P365D", "PT1H", "PT-1H", "P-365D"})
  void aClockThatIsSetMakesNoDelayLongerOrShorter(Duration by) throws InterruptedException {
    queue.add("a", Priority.RESYNC, Duration.ofSeconds(10));
    queue.add("b", Priority.RESYNC, Duration.ofSeconds(20));
    time.setClock(by);
    queue.add("c", Priority.RESYNC, Duration.ofSeconds(15));

    time.advance(Duration.ofSeconds(9));
    assertThat(queue.depth()).as("after 9 s").isZero();
    for (String key : List.of("a", "c", "b")) {
      time.advance(Duration.ofSeconds(key.equals("a") ? 1 : 5));
      assertThat(queue.depth()).as(key).isEqualTo(1);
      assertThat(queue.take()).contains(new WorkQueue.Taken<>(key, Duration.ZERO));
      queue.done(key);
    }
  }

  @Test
  void tellsHowLongAKeyWasReady() throws InterruptedException {
    queue.add("a", Priority.EDIT, Duration.ofSeconds(5));
    time.advance(Duration.ofSeconds(7));

    assertThat(queue.take()).contains(new WorkQueue.Taken<>("a", Duration.ofSeconds(2)));
  }

  @Test
  void forgetsWhatWasAskedForAKeyThatIsGone() throws InterruptedException {
    queue.add("a", Priority.EDIT);
    queue.add("b", Priority.EDIT, Duration.ofSeconds(1));
    queue.forget("a");
    queue.forget("b");
    time.advance(Duration.ofSeconds(2));

    assertThat(queue.depth()).isZero();
    assertThat(activity.idle()).isTrue();
  }

  @Test
  void shutdownWakesAllWhoWaitAndHandsOutNothingMore() throws InterruptedException {
    List<Thread> waiting = new ArrayList<>();
    AtomicInteger empty = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      waiting.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      if (queue.take().isEmpty()) {
                        empty.incrementAndGet();
                      }
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    queue.shutDown();
    queue.add("a", Priority.EDIT);
    for (Thread thread : waiting) {
      assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    }

    assertThat(empty).hasValue(8);
    assertThat(queue.take()).isEmpty();
    assertThat(activity.idle()).isTrue();
  }

  /** Writers, readers and time, all at once. */
  @RepeatedTest(5)
  void fuzz() throws InterruptedException {
    long seed = System.nanoTime();
    Fuzz fuzz = new Fuzz(seed);
    fuzz.run();

    assertThat(fuzz.problems).as("seed %d", seed).isEmpty();
  }

  private final class Fuzz {
    private final long seed;
    private final Map<String, Boolean> working = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> added = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> covered = new ConcurrentHashMap<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();

    Fuzz(long seed) {
      this.seed = seed;
    }

    void run() throws InterruptedException {
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        readers.add(Thread.ofVirtual().start(this::read));
      }
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random random = new Random(seed + i);
        writers.add(Thread.ofVirtual().start(() -> write(random)));
      }
      for (Thread writer : writers) {
        while (!writer.join(Duration.ofMillis(1))) {
          time.advance(Duration.ofMillis(100));
        }
      }
      while (time.next().isPresent() || !activity.awaitIdle(Duration.ofSeconds(20))) {
        time.advance(Duration.ofSeconds(1));
      }
      added.forEach(
          (key, times) -> {
            if (counter(covered, key).get() < times.get()) {
              problems.add(key + " was added after it was last handed out, and is lost");
            }
          });
      queue.shutDown();
      for (Thread reader : readers) {
        if (!reader.join(Duration.ofSeconds(20))) {
          problems.add("a reader hangs after the shutdown");
        }
      }
    }

    private void write(Random random) {
      for (int i = 0; i < 1000; i++) {
        String key = "key" + random.nextInt(30);
        counter(added, key).incrementAndGet();
        queue.add(
            key,
            random.nextBoolean() ? Priority.EDIT : Priority.RESYNC,
            Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(500) : 0));
      }
    }

    private void read() {
      try {
        Optional<WorkQueue.Taken<String>> taken = queue.take();
        while (taken.isPresent()) {
          String key = taken.get().key();
          if (working.put(key, true) != null) {
            problems.add(key + " was handed out twice at once");
          }
          long now = counter(added, key).get();
          counter(covered, key).accumulateAndGet(now, Math::max);
          Thread.onSpinWait();
          working.remove(key);
          queue.done(key);
          taken = queue.take();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static AtomicLong counter(Map<String, AtomicLong> counters, String key) {
      return counters.computeIfAbsent(key, same -> new AtomicLong());
    }
  }
}
