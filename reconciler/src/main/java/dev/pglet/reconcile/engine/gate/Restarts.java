package dev.pglet.reconcile.engine.gate;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Scheduler;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Lets only so many be restarted at once, however many one change concerns. Who was restarted keeps
 * its turn until it can be used again: a change that breaks servers breaks one, and the next only
 * when there was time to see it. Never waited for: who does not get a turn is woken when one is
 * free. By the scheduler's time: a clock that is set forward must not let two be down at once.
 * Thread-safe.
 */
public final class Restarts {
  /** One that does not come back does not keep the others waiting for ever. */
  public static final Duration LONGEST = Duration.ofMinutes(5);

  private final Scheduler scheduler;
  private final Consumer<ResourceKey> wake;
  private final Map<ResourceKey, Duration> turns = new TreeMap<>();
  private final Set<ResourceKey> waiting = new TreeSet<>();
  private int atOnce = 1;

  /**
   * One at once.
   *
   * @param wake told each key that waited, when it may try again
   */
  public Restarts(Scheduler scheduler, Consumer<ResourceKey> wake) {
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.wake = requireNonNull(wake, "wake is null");
  }

  /** How many from now on; those that have a turn keep it. */
  public void allow(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("at least one must be allowed at once, not " + most);
    }
    Set<ResourceKey> woken;
    synchronized (this) {
      boolean more = most > atOnce;
      atOnce = most;
      woken = more ? takeWaiting() : Set.of();
    }
    woken.forEach(wake);
  }

  public synchronized int atOnce() {
    return atOnce;
  }

  /**
   * Takes a turn.
   *
   * @return who is in the way; empty when the restart may begin
   */
  public synchronized Optional<ResourceKey> take(ResourceKey key) {
    Duration now = scheduler.uptime();
    turns.values().removeIf(since -> now.compareTo(since.plus(LONGEST)) >= 0);
    if (turns.containsKey(key) || turns.size() < atOnce) {
      turns.putIfAbsent(key, now);
      waiting.remove(key);
      return Optional.empty();
    }
    waiting.add(key);
    return turns.keySet().stream().findFirst();
  }

  /** Its turn is over, if it had one. */
  public void release(ResourceKey key) {
    Set<ResourceKey> woken;
    synchronized (this) {
      woken = turns.remove(key) == null ? Set.of() : takeWaiting();
    }
    woken.forEach(wake);
  }

  private Set<ResourceKey> takeWaiting() {
    Set<ResourceKey> woken = new TreeSet<>(waiting);
    waiting.clear();
    return woken;
  }
}
