package dev.pglet.reconcile.engine;

import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real time. One thread waits; the tasks run on threads of their own, and those are the system's: a
 * virtual one would not run while file operations that hang hold all carriers. Thread-safe.
 */
public final class SystemScheduler implements Scheduler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemScheduler.class);

  private final long begin = System.nanoTime();

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().name("pglet-timer").daemon().factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  public SystemScheduler() {
    // Deadlines are nearly always cancelled, and must not pile up until they would have been due.
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    ScheduledFuture<?> future =
        timer.schedule(() -> start(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public Scheduled every(Duration interval, Runnable task) {
    return new Repeating(interval, task).begin();
  }

  @Override
  public Duration uptime() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** Tasks that have not begun never will. */
  @Override
  public void close() {
    timer.shutdownNow();
  }

  private static Thread start(Runnable task) {
    return Thread.ofPlatform().daemon().name("pglet-scheduled").start(() -> runLogged(task));
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      // An error too: what is done again and again must not end by one.
      LOG.atError().setCause(e).log("a scheduled task failed");
    }
  }

  /** The interval begins when a run has ended, so that runs never overlap. */
  private final class Repeating implements Scheduled {
    private final Duration interval;
    private final Runnable task;
    private boolean cancelled;
    private Scheduled next = () -> {};

    Repeating(Duration interval, Runnable task) {
      this.interval = interval;
      this.task = task;
    }

    Repeating begin() {
      scheduleNext();
      return this;
    }

    private synchronized void scheduleNext() {
      if (!cancelled) {
        next =
            schedule(
                interval,
                () -> {
                  runLogged(task);
                  scheduleNext();
                });
      }
    }

    @Override
    public synchronized void cancel() {
      cancelled = true;
      next.cancel();
    }
  }
}
