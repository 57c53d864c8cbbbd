package dev.pglet.reconcile.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.engine.gate.Holds;
import dev.pglet.reconcile.queue.Activity;
import dev.pglet.reconcile.queue.Priority;
import dev.pglet.reconcile.queue.WorkQueue;
import dev.pglet.reconcile.testing.TestingScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * The work queue against a model of it, and with workers, holds and a shutdown in the middle.
 * {@code -Dpglet.fuzz.rounds} says how many rounds, {@code -Dpglet.fuzz.seed} with which to begin.
 */
final class TestQueueFuzz {
  private static final long ROUNDS = Long.getLong("pglet.fuzz.rounds", 200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static long seed(String what) {
    long seed = Long.getLong("pglet.fuzz.seed", System.nanoTime());
    System.out.printf("%s: %d rounds from seed %d%n", what, ROUNDS, seed);
    return seed;
  }

  @Test
  void handsOutWhatTheModelSaysInItsOrderAndNotBeforeItsTime() throws Exception {
    long first = seed("queue fuzz");
    for (long seed = first; seed < first + ROUNDS; seed++) {
      compare(seed);
    }
  }

  private static void compare(long seed) throws InterruptedException {
    Random random = new Random(seed);
    TestingScheduler time = new TestingScheduler();
    Activity activity = new Activity();
    WorkQueue<String> queue = new WorkQueue<>(time, activity);
    QueueModel model = new QueueModel();
    for (int i = 0; i < 300; i++) {
      String key = "key" + random.nextInt(8);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          Priority priority = random.nextBoolean() ? Priority.EDIT : Priority.RESYNC;
          Duration delay = Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(800));
          queue.add(key, priority, delay);
          model.add(key, priority, time.instant(), delay);
        }
        case 2 -> time.advance(Duration.ofMillis(random.nextInt(300)));
        case 3 -> {
          Optional<String> next = model.take(time.instant());
          if (next.isPresent()) {
            assertThat(queue.take().map(WorkQueue.Taken::key)).as("seed %d", seed).isEqualTo(next);
          }
        }
        case 4 -> {
          List<String> working = List.copyOf(new TreeSet<>(model.working()));
          if (!working.isEmpty()) {
            String done = working.get(random.nextInt(working.size()));
            queue.done(done);
            model.done(done);
          }
        }
        default -> {
          if (random.nextInt(5) == 0) {
            queue.forget(key);
            model.forget(key);
          }
        }
      }
      assertThat(queue.depth())
          .as("seed %d, act %d", seed, i)
          .isEqualTo(model.ready(time.instant()));
    }
    queue.shutDown();
    model.working().forEach(queue::done);
    assertThat(activity.idle()).as("seed %d: all that began has ended", seed).isTrue();
  }

  @Test
  void neverWorksTwiceAtOnceRespectsHoldsLosesNothingAndShutsDown() throws Exception {
    long first = seed("hold fuzz");
    for (long seed = first; seed < first + ROUNDS; seed++) {
      Shop shop = new Shop(seed);
      shop.run();
      shop.end();
    }
  }

  /** Workers that need other keys too for what they do. */
  private static final class Shop {
    private static final int KEYS = 6;

    private final long seed;
    private final Random random;
    private final TestingScheduler time = new TestingScheduler();
    private final Activity activity = new Activity();
    private final WorkQueue<ResourceKey> queue = new WorkQueue<>(time, activity);
    private final Holds holds = new Holds(key -> queue.add(key, Priority.EDIT));
    private final Map<ResourceKey, ResourceKey> touched = new ConcurrentHashMap<>();
    private final Map<ResourceKey, AtomicLong> asked = new ConcurrentHashMap<>();
    private final Map<ResourceKey, AtomicLong> covered = new ConcurrentHashMap<>();
    private final Set<ResourceKey> working = ConcurrentHashMap.newKeySet();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final List<Thread> workers = new ArrayList<>();

    Shop(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      for (int i = 0; i < 6; i++) {
        Random own = new Random(seed * 31 + i);
        workers.add(Thread.ofVirtual().start(() -> serve(own)));
      }
    }

    private static ResourceKey key(int i) {
      return ResourceKey.of("Toy", "k" + i);
    }

    void run() throws InterruptedException {
      boolean cutShort = random.nextInt(3) == 0;
      for (int i = 0; i < 150; i++) {
        ResourceKey key = key(random.nextInt(KEYS));
        asked.computeIfAbsent(key, same -> new AtomicLong()).incrementAndGet();
        queue.add(
            key,
            random.nextBoolean() ? Priority.EDIT : Priority.RESYNC,
            Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(50)));
        if (random.nextInt(4) == 0) {
          time.advance(Duration.ofMillis(10));
        }
      }
      if (!cutShort) {
        finish();
      }
    }

    private void finish() throws InterruptedException {
      do {
        if (!activity.awaitIdle(PATIENCE)) {
          problems.add("it does not come to rest");
          return;
        }
        time.advance(Duration.ofMillis(50));
      } while (!activity.idle() || time.next().isPresent());
      asked.forEach(
          (key, times) -> {
            AtomicLong done = covered.get(key);
            if (done == null || done.get() < times.get()) {
              problems.add(key + " was asked for and is lost");
            }
          });
    }

    private void serve(Random own) {
      try {
        for (var taken = queue.take(); taken.isPresent(); taken = queue.take()) {
          ResourceKey key = taken.get().key();
          if (!working.add(key)) {
            problems.add(key + " is worked on twice at once");
          }
          long now = asked.computeIfAbsent(key, same -> new AtomicLong()).get();
          if (work(key, own)) {
            covered.computeIfAbsent(key, same -> new AtomicLong()).accumulateAndGet(now, Math::max);
          }
          working.remove(key);
          queue.done(key);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Whether it got what it needs; else it is woken when that is given back. */
    private boolean work(ResourceKey owner, Random own) {
      Set<ResourceKey> needed = new TreeSet<>(Set.of(owner));
      for (int i = own.nextInt(3); i > 0; i--) {
        needed.add(key(own.nextInt(KEYS)));
      }
      if (holds.take(owner, needed).isPresent()) {
        return false;
      }
      for (ResourceKey key : needed) {
        ResourceKey other = touched.putIfAbsent(key, owner);
        if (other != null) {
          problems.add("%s touches %s, which %s holds".formatted(owner, key, other));
        }
      }
      Thread.onSpinWait();
      needed.forEach(key -> touched.remove(key, owner));
      holds.release(owner, needed);
      return true;
    }

    /** In the middle of the work, or after it. */
    void end() throws InterruptedException {
      queue.shutDown();
      for (Thread worker : workers) {
        if (!worker.join(PATIENCE)) {
          problems.add("a worker hangs after the shutdown");
        }
      }
      for (int i = 0; i < KEYS; i++) {
        if (holds.take(key(KEYS), Set.of(key(i))).isPresent()) {
          problems.add(key(i) + " is still held after the end");
        }
      }
      if (!activity.idle()) {
        problems.add("something is taken for going on after the end");
      }
      assertThat(problems).as("seed %d", seed).isEmpty();
    }
  }
}
