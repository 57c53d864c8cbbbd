package dev.pglet.reconcile.engine;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.EventLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Decides which resources are deleted because their manifests are gone. A rename is not a deletion,
 * an unreadable directory is not an empty one, and many at once are more likely a mistake: those
 * are held until they are confirmed or their manifests are back. Guarded by the intake's lock.
 */
final class Pruning {
  /** Two scans at least so far apart must miss a manifest, and none between may be incomplete. */
  static final Duration GONE_FOR = Duration.ofSeconds(30);

  private static final String REMEDY =
      "To delete them, run: pglet prune --confirm; to keep them, put their manifests back";

  private final boolean enabled;
  private final PruneGuard guard;
  private final Predicate<ResourceKey> losesData;
  private final ToIntFunction<String> total;
  private final EventLog events;
  private final InstantSource clock;
  private final Consumer<String> problems;
  private final NavigableMap<ResourceKey, Instant> missingSince = new TreeMap<>();
  private final TreeSet<ResourceKey> held;
  private boolean heldBefore;
  private String suspendedBecause = "";

  /**
   * Nothing is missing but what was held before.
   *
   * @param held by an earlier engine on the same root
   * @param losesData whether its deletion would remove data; true when that cannot be told
   * @param total how many resources of a kind there are, missing ones included
   */
  Pruning(
      boolean enabled,
      Set<ResourceKey> held,
      PruneGuard guard,
      Predicate<ResourceKey> losesData,
      ToIntFunction<String> total,
      EventLog events,
      InstantSource clock,
      Consumer<String> problems) {
    this.enabled = enabled;
    this.held = new TreeSet<>(held);
    this.heldBefore = !held.isEmpty();
    this.guard = requireNonNull(guard, "guard is null");
    this.losesData = requireNonNull(losesData, "losesData is null");
    this.total = requireNonNull(total, "total is null");
    this.events = requireNonNull(events, "events is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.problems = requireNonNull(problems, "problems is null");
  }

  boolean enabled() {
    return enabled;
  }

  /** Whether a missing manifest is neither back nor acted on nor held. */
  synchronized boolean undecided() {
    return missingSince.keySet().stream().anyMatch(key -> !held.contains(key));
  }

  /** Their deletion has begun. */
  synchronized void begun(List<ResourceKey> keys) {
    keys.forEach(missingSince::remove);
    keys.forEach(held::remove);
  }

  synchronized Set<ResourceKey> held() {
    return Set.copyOf(held);
  }

  /**
   * Those that are to be deleted now. Before they are, what is held must be remembered.
   *
   * @param missing have no manifest and no tombstone
   * @param keys those among the missing whose last accepted spec is known and in force
   */
  synchronized List<ResourceKey> decide(
      Snapshot snapshot, Set<ResourceKey> missing, Set<ResourceKey> keys) {
    // Whoever is back is free again. Nothing else but a confirmation ends a hold.
    held.retainAll(missing);
    remind();
    if (!enabled || keys.isEmpty()) {
      missingSince.clear();
      suspendedBecause = "";
      return List.of();
    }
    if (!snapshot.complete()) {
      missingSince.clear();
      suspend(keys, snapshot.incompleteBecause());
      return List.of();
    }
    suspendedBecause = "";
    Instant now = clock.instant();
    missingSince.keySet().retainAll(keys);
    keys.forEach(key -> missingSince.putIfAbsent(key, now));
    List<ResourceKey> gone =
        keys.stream()
            .filter(key -> !held.contains(key))
            .filter(key -> !now.isBefore(missingSince.getOrDefault(key, now).plus(GONE_FOR)))
            .toList();
    List<ResourceKey> deleted = snapshot.accepted().isEmpty() ? holdAll(gone) : allowed(gone);
    deleted.forEach(missingSince::remove);
    return deleted;
  }

  /** A hold goes on over a restart, and whoever restarted should know of it. */
  private void remind() {
    if (enabled && heldBefore && !held.isEmpty()) {
      problems.accept(
          "held since before the start: %s. They keep running. %s".formatted(names(held), REMEDY));
    }
    heldBefore = false;
  }

  private void suspend(Set<ResourceKey> keys, String because) {
    if (!because.equals(suspendedBecause)) {
      suspendedBecause = because;
      String message =
          "manifests are missing and nothing is deleted for it, because %s. Missing: %s"
              .formatted(because, names(keys));
      problems.accept(message);
      keys.forEach(key -> events.add(key, Event.Type.WARNING, "PruningSuspended", message));
    }
  }

  /** A root where suddenly nothing is left was more likely emptied or mounted over by mistake. */
  private List<ResourceKey> holdAll(List<ResourceKey> gone) {
    hold(gone, "no manifest at all is left");
    return List.of();
  }

  private List<ResourceKey> allowed(List<ResourceKey> gone) {
    Map<String, List<ResourceKey>> destructive = new HashMap<>();
    List<ResourceKey> allowed = new ArrayList<>();
    for (ResourceKey key : gone) {
      if (losesData.test(key)) {
        destructive.computeIfAbsent(key.kind(), kind -> new ArrayList<>()).add(key);
      } else {
        allowed.add(key);
      }
    }
    destructive.forEach(
        (kind, keys) -> {
          int most = guard.of(kind).of(total.applyAsInt(kind));
          // With those held before: a loss that goes on bit by bit is one loss.
          int lost = keys.size() + heldOf(kind);
          if (lost > most) {
            hold(
                keys,
                "%d of kind %s would lose their data, and the guard allows %d at once"
                    .formatted(lost, kind, most));
          } else {
            allowed.addAll(keys);
          }
        });
    return allowed.stream().sorted().toList();
  }

  private int heldOf(String kind) {
    return (int) held.stream().filter(key -> key.kind().equals(kind)).filter(losesData).count();
  }

  private void hold(List<ResourceKey> keys, String because) {
    if (held.addAll(keys)) {
      String message = "%s: %s. They keep running. %s".formatted(because, names(keys), REMEDY);
      problems.accept(message);
      keys.forEach(key -> events.add(key, Event.Type.WARNING, "PruneHeld", message));
    }
  }

  private static String names(Iterable<ResourceKey> keys) {
    List<String> names = new ArrayList<>();
    keys.forEach(key -> names.add(key.toString()));
    return String.join(", ", names);
  }
}
