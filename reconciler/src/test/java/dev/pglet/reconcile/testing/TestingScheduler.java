package dev.pglet.reconcile.testing;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * A virtual clock and the scheduler that follows it: time passes only by {@link #advance}, which
 * runs what falls due, in order, on the caller's thread. Thread-safe.
 */
public final class TestingScheduler implements Scheduler, InstantSource {
  private record Task(Instant due, long order, Runnable body) {}

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparing(Task::due).thenComparingLong(Task::order));
  private Instant now = BEGIN;
  private Duration set = Duration.ZERO;
  private long order;

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized Scheduled schedule(Duration delay, Runnable body) {
    requireNonNull(body, "body is null");
    Instant due = delay.isNegative() ? now : now.plus(delay);
    Task task = new Task(due, order++, body);
    tasks.add(task);
    return () -> cancel(task);
  }

  @Override
  public Scheduled every(Duration interval, Runnable body) {
    return new Repeating(interval, body).begin();
  }

  /** Somebody sets the clock, forward or back: the time that tasks wait for goes on as before. */
  public synchronized void setClock(Duration by) {
    List<Task> waiting = List.copyOf(tasks);
    tasks.clear();
    now = now.plus(by);
    set = set.plus(by);
    for (Task task : waiting) {
      Task moved = new Task(task.due().plus(by), task.order(), task.body());
      tasks.add(moved);
    }
  }

  @Override
  public synchronized Duration uptime() {
    return Duration.between(BEGIN, now).minus(set);
  }

  /** Whether a task falls due exactly that long from now. */
  public synchronized boolean isScheduled(Duration after) {
    Instant due = now.plus(after);
    return tasks.stream().anyMatch(task -> task.due().equals(due));
  }

  /** When the next task falls due; empty when none is scheduled. */
  public synchronized Optional<Instant> next() {
    return Optional.ofNullable(tasks.peek()).map(Task::due);
  }

  /** Lets time pass, and runs each task at its own time. */
  public void advance(Duration duration) {
    Instant end = instant().plus(duration);
    for (Optional<Task> due = takeDue(end); due.isPresent(); due = takeDue(end)) {
      due.get().body().run();
    }
    reach(end);
  }

  private synchronized Optional<Task> takeDue(Instant end) {
    Task first = tasks.peek();
    if (first == null || first.due().isAfter(end)) {
      return Optional.empty();
    }
    tasks.remove(first);
    reach(first.due());
    return Optional.of(first);
  }

  private synchronized void reach(Instant instant) {
    if (instant.isAfter(now)) {
      now = instant;
    }
  }

  private synchronized void cancel(Task task) {
    tasks.removeIf(other -> other.order() == task.order());
  }

  /** The interval begins when a run has ended. */
  private final class Repeating implements Scheduled {
    private final Duration interval;
    private final Runnable body;
    private boolean cancelled;
    private Scheduled next = () -> {};

    Repeating(Duration interval, Runnable body) {
      this.interval = interval;
      this.body = body;
    }

    synchronized Repeating begin() {
      if (!cancelled) {
        next = schedule(interval, this::runOnce);
      }
      return this;
    }

    private void runOnce() {
      body.run();
      begin();
    }

    @Override
    public synchronized void cancel() {
      cancelled = true;
      next.cancel();
    }
  }
}
