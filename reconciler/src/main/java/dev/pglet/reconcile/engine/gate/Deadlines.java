package dev.pglet.reconcile.engine.gate;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * Ends what takes too long: its thread is interrupted and the pass fails. Long before that somebody
 * else works in its place, so that keys that hang keep no worker from the others. A thread that
 * does not even react to the interrupt is given up: the key stays taken, for two passes of one key
 * must never run at once. Thread-safe.
 */
public final class Deadlines {
  /** One look at the host. Long work is an operation, so this is many times what it needs. */
  public static final Duration LOOK = Duration.ofMinutes(2);

  /** One step, with all its tries. */
  public static final Duration STEP = Duration.ofMinutes(15);

  /** A thread that is busy for so long does not count among those that serve the other keys. */
  public static final Duration SLOW = Duration.ofSeconds(5);

  /** So long after the interrupt a thread is given up. */
  public static final Duration REACTION = Duration.ofSeconds(30);

  private final Scheduler scheduler;
  private final Consumer<String> problems;
  private final Consumer<Thread> slow;
  private final Set<ResourceKey> stuck = new ConcurrentSkipListSet<>();

  /**
   * Nothing is being done.
   *
   * @param problems hears of what is cancelled
   * @param slow told each thread that somebody else should work in place of
   */
  public Deadlines(Scheduler scheduler, Consumer<String> problems, Consumer<Thread> slow) {
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.problems = requireNonNull(problems, "problems is null");
    this.slow = requireNonNull(slow, "slow is null");
  }

  /** What must not take for ever. */
  @FunctionalInterface
  public interface Work {
    void run() throws ReconcileException;
  }

  /** The keys whose passes were cancelled and go on all the same. */
  public List<ResourceKey> stuck() {
    return List.copyOf(stuck);
  }

  /**
   * Does the work on the caller's thread.
   *
   * @param doing in the present participle, for people
   * @throws HostUnavailable when it was cancelled, with what it made of that as its cause
   */
  public void within(Duration limit, ResourceKey key, String doing, Work work)
      throws ReconcileException {
    Act act = new Act(key, doing, limit);
    act.begin();
    try {
      work.run();
    } catch (Throwable e) {
      if (act.end()) {
        throw act.overdue(e);
      }
      throw e;
    }
    act.end();
  }

  private final class Act {
    private final ResourceKey key;
    private final String doing;
    private final Duration limit;
    private final Thread thread = Thread.currentThread();
    private Scheduler.Scheduled alarm = () -> {};
    private boolean cancelled;
    private boolean over;

    Act(ResourceKey key, String doing, Duration limit) {
      this.key = key;
      this.doing = doing;
      this.limit = limit;
    }

    synchronized void begin() {
      alarm = scheduler.schedule(SLOW, this::replace);
    }

    private void replace() {
      synchronized (this) {
        if (over) {
          return;
        }
        alarm = scheduler.schedule(limit.minus(SLOW), this::cancel);
      }
      slow.accept(thread);
    }

    private void cancel() {
      synchronized (this) {
        if (over) {
          return;
        }
        cancelled = true;
        thread.interrupt();
        alarm = scheduler.schedule(REACTION, this::giveUp);
      }
      problems.accept(
          "%s: %s has taken longer than %s and is cancelled; it is tried again later"
              .formatted(key, doing, text(limit)));
    }

    private void giveUp() {
      synchronized (this) {
        if (over) {
          return;
        }
        stuck.add(key);
      }
      problems.accept(
          "%s: %s does not react to being cancelled. All other resources go on; restart pglet to free this one"
              .formatted(key, doing));
    }

    /** Whether it was cancelled; then the interrupt was for this work and not for what follows. */
    synchronized boolean end() {
      over = true;
      alarm.cancel();
      stuck.remove(key);
      if (cancelled) {
        Thread.interrupted();
      }
      return cancelled;
    }

    HostUnavailable overdue(Throwable failure) {
      return new HostUnavailable(
          "DeadlineExceeded",
          "%s: %s took longer than %s and was cancelled".formatted(key, doing, text(limit)),
          "See the log for what it was waiting for",
          failure);
    }

    private static String text(Duration limit) {
      return limit.toMinutes() + " minutes";
    }
  }
}
