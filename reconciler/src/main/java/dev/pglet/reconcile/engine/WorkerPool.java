package dev.pglet.reconcile.engine;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers, from their start to their end. They are threads of the system: a file operation that
 * hangs holds the carrier of a virtual thread, and with two such nothing else would run.
 * Thread-safe.
 */
final class WorkerPool {
  /** So long may the steps that run take to finish; then they are interrupted. */
  static final Duration GRACE = Duration.ofSeconds(90);

  /** So long may those that were interrupted take to write their status. */
  static final Duration LAST_WORDS = Duration.ofSeconds(10);

  /** With those that are busy for long. */
  static final int MOST = 12;

  private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

  private final Worker.Shop shop;
  private final Scheduler scheduler;
  private final Stirrings stirrings;
  private final Set<Thread> alive = ConcurrentHashMap.newKeySet();
  private int started;
  private boolean ending;
  private boolean crowded;

  WorkerPool(Worker.Shop shop, Scheduler scheduler, Stirrings stirrings) {
    this.shop = requireNonNull(shop, "shop is null");
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.stirrings = requireNonNull(stirrings, "stirrings is null");
  }

  synchronized void start(int workers) {
    for (int i = 0; i < workers; i++) {
      started++;
      Thread worker =
          Thread.ofPlatform()
              .daemon()
              .name("pglet-worker-" + started)
              .unstarted(() -> work(new Worker(shop)));
      alive.add(worker);
      worker.start();
    }
  }

  private void work(Worker worker) {
    try {
      worker.run();
    } finally {
      alive.remove(Thread.currentThread());
      stirrings.stir();
    }
  }

  /**
   * One that is busy for long must not keep the others' keys waiting. It ends after its key. Being
   * slow is not hanging, and more at once make a slow host slower: beyond {@link #MOST} the keys
   * wait.
   */
  synchronized void replace(Thread worker) {
    if (ending || !alive.contains(worker) || shop.replaced().contains(worker)) {
      return;
    }
    if (alive.size() >= MOST) {
      if (!crowded) {
        crowded = true;
        LOG.atWarn()
            .addKeyValue("workers", alive.size())
            .log("as many workers as there may be are busy; what else is to be done waits for one");
      }
      return;
    }
    shop.replaced().add(worker);
    start(1);
  }

  /**
   * Waits for the workers, whose queue was shut down: their steps finish, and their status is
   * written.
   *
   * @return the keys whose work could not be ended in time
   */
  Set<ResourceKey> end() throws InterruptedException {
    synchronized (this) {
      ending = true;
    }
    if (!ended(GRACE)) {
      alive.forEach(Thread::interrupt);
      if (!ended(LAST_WORDS)) {
        return new TreeSet<>(shop.working().keySet());
      }
    }
    return Set.of();
  }

  /** By the engine's time, as the tries of a step are. */
  private boolean ended(Duration within) throws InterruptedException {
    Duration deadline = scheduler.uptime().plus(within);
    Scheduler.Scheduled alarm = scheduler.schedule(within, stirrings::stir);
    try {
      long seen = stirrings.count();
      while (!alive.isEmpty()) {
        if (scheduler.uptime().compareTo(deadline) >= 0) {
          return false;
        }
        seen = stirrings.awaitAfter(seen);
      }
      return true;
    } finally {
      alarm.cancel();
    }
  }
}
