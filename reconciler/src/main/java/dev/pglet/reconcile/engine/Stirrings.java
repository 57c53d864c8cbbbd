package dev.pglet.reconcile.engine;

/**
 * Counts when something may have come to an end. Holds no other lock while it is waited for.
 * Thread-safe.
 */
final class Stirrings {
  private long count;

  synchronized void stir() {
    count++;
    notifyAll();
  }

  synchronized long count() {
    return count;
  }

  synchronized long awaitAfter(long seen) throws InterruptedException {
    while (count == seen) {
      wait();
    }
    return count;
  }
}
