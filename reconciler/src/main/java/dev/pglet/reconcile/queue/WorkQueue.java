package dev.pglet.reconcile.queue;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which key is worked on next. A key is in it once, however often it is added: a re-add keeps the
 * higher priority and the earlier time. A key that is being worked on is never handed out; adding
 * it meanwhile makes it dirty, and {@link #done} puts it back. Delays are by the scheduler's time:
 * a clock that is set makes none longer or shorter. Thread-safe.
 *
 * @param <K> what is worked on
 */
public final class WorkQueue<K> {
  /** What is to wait for so long waits for the end of a second: thousands of keys share alarms. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private record Item<K>(K key, Priority priority, Duration readyAt, long order) {}

  /**
   * A key that was handed out.
   *
   * @param waited how long it had been ready
   */
  public record Taken<K>(K key, Duration waited) {}

  private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final Scheduler scheduler;
  private final Activity activity;

  private final Map<K, Item<K>> queued = new HashMap<>();
  private final TreeSet<Item<K>> ready =
      new TreeSet<>(
          Comparator.<Item<K>, Priority>comparing(Item::priority)
              .reversed()
              .thenComparingLong(Item::order));
  private final TreeSet<Item<K>> delayed =
      new TreeSet<>(
          Comparator.<Item<K>, Duration>comparing(Item::readyAt).thenComparingLong(Item::order));
  private final Set<K> processing = new HashSet<>();
  private final Map<K, Item<K>> dirty = new HashMap<>();
  private Scheduler.@Nullable Scheduled alarm;
  private Duration alarmAt = NEVER;
  private long order;
  private long adds;
  private boolean shutDown;

  public WorkQueue(Scheduler scheduler, Activity activity) {
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.activity = requireNonNull(activity, "activity is null");
  }

  public void add(K key, Priority priority) {
    add(key, priority, Duration.ZERO);
  }

  /**
   * Adds a key that is not handed out before the delay has passed; after ten seconds or more, up to
   * a second later.
   */
  public synchronized void add(K key, Priority priority, Duration delay) {
    if (shutDown) {
      return;
    }
    adds++;
    Item<K> item = new Item<>(key, priority, readyAt(scheduler.uptime(), delay), order++);
    if (processing.contains(key)) {
      dirty.merge(key, item, WorkQueue::urgent);
      return;
    }
    Item<K> known = queued.get(key);
    if (known == null) {
      place(item);
    } else {
      boolean wasReady = ready.remove(known);
      delayed.remove(known);
      place(urgent(known, item));
      if (wasReady) {
        activity.end();
      }
    }
  }

  /** Waits for a key that is ready; empty when the queue was shut down. */
  public synchronized Optional<Taken<K>> take() throws InterruptedException {
    while (ready.isEmpty() && !shutDown) {
      wait();
    }
    return poll();
  }

  /** A key that is ready now; empty when there is none, or the queue was shut down. */
  public synchronized Optional<Taken<K>> poll() {
    if (ready.isEmpty()) {
      return Optional.empty();
    }
    Item<K> item = ready.removeFirst();
    queued.remove(item.key());
    processing.add(item.key());
    Duration waited = scheduler.uptime().minus(item.readyAt());
    return Optional.of(new Taken<>(item.key(), waited.isNegative() ? Duration.ZERO : waited));
  }

  /** The work on a taken key has ended. */
  public synchronized void done(K key) {
    if (!processing.remove(key)) {
      throw new IllegalStateException("not being worked on: " + key);
    }
    Item<K> again = dirty.remove(key);
    if (again != null && !shutDown) {
      place(again);
    }
    activity.end();
  }

  /** Drops what was asked for a key that is gone; the work on it goes on. */
  public synchronized void forget(K key) {
    dirty.remove(key);
    Item<K> known = queued.remove(key);
    if (known != null) {
      delayed.remove(known);
      if (ready.remove(known)) {
        activity.end();
      }
    }
  }

  /** Hands out nothing any more and wakes all who wait. What is being worked on goes on. */
  public synchronized void shutDown() {
    shutDown = true;
    ready.forEach(item -> activity.end());
    ready.clear();
    delayed.clear();
    queued.clear();
    dirty.clear();
    if (alarm != null) {
      alarm.cancel();
    }
    notifyAll();
  }

  /** How many keys are ready and wait for a worker. */
  public synchronized int depth() {
    return ready.size();
  }

  /** How many adds there have been. */
  public synchronized long adds() {
    return adds;
  }

  private static Duration readyAt(Duration now, Duration delay) {
    Duration exact = now.plus(delay);
    return delay.compareTo(LONG) < 0 || exact.getNano() == 0
        ? exact
        : Duration.ofSeconds(exact.getSeconds() + 1);
  }

  private static <K> Item<K> urgent(Item<K> one, Item<K> other) {
    return new Item<>(
        one.key(),
        one.priority().compareTo(other.priority()) >= 0 ? one.priority() : other.priority(),
        one.readyAt().compareTo(other.readyAt()) < 0 ? one.readyAt() : other.readyAt(),
        Math.min(one.order(), other.order()));
  }

  private void place(Item<K> item) {
    queued.put(item.key(), item);
    if (item.readyAt().compareTo(scheduler.uptime()) > 0) {
      delayed.add(item);
      setAlarm();
    } else {
      makeReady(item);
    }
  }

  private void makeReady(Item<K> item) {
    activity.begin();
    ready.add(item);
    // One key is for one worker: only those that are idle wait here, and each looks before it
    // waits.
    notify();
  }

  private void setAlarm() {
    Duration first = delayed.first().readyAt();
    if (alarm != null && first.compareTo(alarmAt) >= 0) {
      return;
    }
    if (alarm != null) {
      alarm.cancel();
    }
    alarmAt = first;
    alarm = scheduler.schedule(first.minus(scheduler.uptime()), () -> ring(first));
  }

  private synchronized void ring(Duration rungFor) {
    if (shutDown || !rungFor.equals(alarmAt)) {
      return;
    }
    alarm = null;
    alarmAt = NEVER;
    Duration now = scheduler.uptime();
    while (!delayed.isEmpty() && delayed.first().readyAt().compareTo(now) <= 0) {
      makeReady(delayed.removeFirst());
    }
    if (!delayed.isEmpty()) {
      setAlarm();
    }
  }
}
