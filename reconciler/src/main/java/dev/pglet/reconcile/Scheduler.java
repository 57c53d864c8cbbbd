package dev.pglet.reconcile;

import java.time.Duration;

/** The one source of delayed work: real, or virtual in tests. Thread-safe. */
public interface Scheduler {
  /**
   * Runs the task once after the delay, off the caller's thread. An exception of the task is
   * logged.
   */
  Scheduled schedule(Duration delay, Runnable task);

  /** Runs the task again and again, each time the interval after the end of the run before. */
  Scheduled every(Duration interval, Runnable task);

  /**
   * The time that has passed since some moment, as delays measure it: whoever sets the clock does
   * not change it. How long something takes or waits is the difference of two; never kept on disk.
   */
  Duration uptime();

  /** A scheduled task. */
  @FunctionalInterface
  interface Scheduled {
    /** Prevents runs that have not begun. Idempotent. */
    void cancel();
  }
}
