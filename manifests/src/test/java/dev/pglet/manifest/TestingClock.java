package dev.pglet.manifest;

import dev.pglet.manifest.edit.DelayedTasks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time that passes only when told to. Files are dated by the real clock, so it begins before that:
 * no file looks old until time has been advanced on purpose.
 */
public final class TestingClock implements InstantSource, DelayedTasks {
  public static final Duration BEFORE_THE_FILES = Duration.ofHours(1);

  private record Task(Instant due, Runnable task) {}

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparing(Task::due));
  private Instant now = Instant.now().minus(BEFORE_THE_FILES);

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized void runAfter(Duration delay, Runnable task) {
    tasks.add(new Task(now.plus(delay), task));
  }

  /** Lets time pass, and runs what becomes due, in order. */
  public void advance(Duration time) {
    Instant end = instant().plus(time);
    while (true) {
      Task next;
      synchronized (this) {
        next = tasks.peek();
        if (next == null || next.due().isAfter(end)) {
          now = end;
          return;
        }
        tasks.remove();
        now = next.due().isAfter(now) ? next.due() : now;
      }
      next.task().run();
    }
  }

  public void advanceMillis(long millis) {
    advance(Duration.ofMillis(millis));
  }
}
