package dev.pglet.reconcile.fuzz;

import dev.pglet.reconcile.queue.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a work queue shall do, as slowly and plainly as it can be said. */
final class QueueModel {
  private record Entry(Priority priority, Instant readyAt, long order) {
    Entry with(Entry other) {
      return new Entry(
          priority.compareTo(other.priority) >= 0 ? priority : other.priority,
          readyAt.isBefore(other.readyAt) ? readyAt : other.readyAt,
          Math.min(order, other.order));
    }
  }

  private final Map<String, Entry> waiting = new TreeMap<>();
  private final Map<String, Entry> again = new TreeMap<>();
  private final Set<String> working = new HashSet<>();
  private long order;

  void add(String key, Priority priority, Instant now, Duration delay) {
    Entry entry = new Entry(priority, now.plus(delay), order++);
    (working.contains(key) ? again : waiting).merge(key, entry, Entry::with);
  }

  private boolean isReady(Entry entry, Instant now) {
    return !entry.readyAt().isAfter(now);
  }

  long ready(Instant now) {
    return waiting.values().stream().filter(entry -> isReady(entry, now)).count();
  }

  /** Who is next; from then on it is being worked on. */
  Optional<String> take(Instant now) {
    Optional<String> next =
        waiting.entrySet().stream()
            .filter(entry -> isReady(entry.getValue(), now))
            .min(
                Comparator.<Map.Entry<String, Entry>, Priority>comparing(
                        entry -> entry.getValue().priority())
                    .reversed()
                    .thenComparingLong(entry -> entry.getValue().order()))
            .map(Map.Entry::getKey);
    next.ifPresent(
        key -> {
          waiting.remove(key);
          working.add(key);
        });
    return next;
  }

  Set<String> working() {
    return Set.copyOf(working);
  }

  void done(String key) {
    working.remove(key);
    Entry entry = again.remove(key);
    if (entry != null) {
      waiting.put(key, entry);
    }
  }

  void forget(String key) {
    again.remove(key);
    waiting.remove(key);
  }
}
