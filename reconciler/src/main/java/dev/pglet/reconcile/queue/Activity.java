package dev.pglet.reconcile.queue;

import java.time.Duration;

/**
 * Counts what is going on: keys that are ready or worked on, operations, scans. Whoever hands work
 * over begins the next before it ends its own, so the count is 0 only when nothing moves any more
 * but by time or from outside. What waits for time does not count. Thread-safe.
 */
public final class Activity {
  private final Runnable whenIdle;
  private long going;

  public Activity() {
    this(() -> {});
  }

  /**
   * Nothing is going on.
   *
   * @param whenIdle run whenever nothing moves any more, on the thread that ended the last activity
   */
  public Activity(Runnable whenIdle) {
    this.whenIdle = whenIdle;
  }

  public synchronized void begin() {
    going++;
  }

  public void end() {
    if (lastEnded()) {
      whenIdle.run();
    }
  }

  private synchronized boolean lastEnded() {
    if (going == 0) {
      throw new IllegalStateException("more activities ended than began");
    }
    going--;
    if (going == 0) {
      notifyAll();
    }
    return going == 0;
  }

  public synchronized boolean idle() {
    return going == 0;
  }

  /**
   * Waits until nothing moves.
   *
   * @param atMost in real time
   * @return whether it came to that
   */
  public synchronized boolean awaitIdle(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (going > 0) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }
}
