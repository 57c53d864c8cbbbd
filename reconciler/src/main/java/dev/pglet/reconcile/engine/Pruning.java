package dev.pglet.reconcile.engine;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.engine.pass.PruneBlock;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.EventLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

  /**
   * What goes within this time of one another goes together, however slowly: a script that removes
   * a file every minute is no less of a mistake than one that removes all at once.
   */
  static final Duration TOGETHER = Duration.ofMinutes(5);

  private static final String REMEDY =
      "To delete them, run: pglet prune --confirm; to keep them, put their manifests back";

  private final boolean enabled;
  private final PruneGuard guard;
  private final Predicate<ResourceKey> losesData;
  private final ToIntFunction<String> total;
  private final EventLog events;
  private final Scheduler scheduler;
  private final Intake.Effects effects;
  private final Map<ResourceKey, Wait> missing = new TreeMap<>();
  private final Map<ResourceKey, Integer> lostJustNow = new TreeMap<>();
  private final TreeSet<ResourceKey> held;
  private Set<ResourceKey> suspended = Set.of();
  private Set<ResourceKey> interrupted = Set.of();
  private String interruptedBecause = "";
  private boolean heldBefore;
  private String suspendedBecause = "";

  /**
   * The time since some were first missed. By the scheduler: a clock that is set forward must not
   * make a moment into half a minute.
   */
  private static final class Wait {
    private volatile boolean over;

    static Wait begin(Scheduler scheduler, Intake.Effects effects) {
      Wait wait = new Wait();
      scheduler.schedule(
          GONE_FOR,
          () -> {
            wait.over = true;
            effects.scanSoon();
          });
      return wait;
    }
  }

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
      Scheduler scheduler,
      Intake.Effects effects) {
    this.enabled = enabled;
    this.held = new TreeSet<>(held);
    this.heldBefore = !held.isEmpty();
    this.guard = requireNonNull(guard, "guard is null");
    this.losesData = requireNonNull(losesData, "losesData is null");
    this.total = requireNonNull(total, "total is null");
    this.events = requireNonNull(events, "events is null");
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.effects = requireNonNull(effects, "effects is null");
  }

  boolean enabled() {
    return enabled;
  }

  /** Whether a missing manifest is neither back nor acted on nor held. */
  synchronized boolean undecided() {
    return missing.keySet().stream().anyMatch(key -> !held.contains(key));
  }

  /** Their deletion has begun. */
  synchronized void begun(List<ResourceKey> keys) {
    keys.forEach(missing::remove);
    keys.forEach(held::remove);
  }

  /** Why those that are missing are not deleted. */
  synchronized Map<ResourceKey, PruneBlock> blocked() {
    Map<ResourceKey, PruneBlock> blocked = new TreeMap<>();
    suspended.forEach(
        key ->
            blocked.put(
                key,
                new PruneBlock(
                    "Suspended",
                    "its manifest is gone, and nothing is deleted for it, because "
                        + suspendedBecause)));
    interrupted.forEach(key -> interruption(key).ifPresent(why -> blocked.put(key, why)));
    held.forEach(
        key ->
            blocked.put(
                key,
                new PruneBlock(
                    "Held",
                    "its manifest is gone, and its deletion was not confirmed. " + REMEDY)));
    return blocked;
  }

  /** Why a deletion that was begun does not go on. */
  synchronized Optional<PruneBlock> interruption(ResourceKey key) {
    return interrupted.contains(key)
        ? Optional.of(
            new PruneBlock(
                "Suspended",
                "its deletion was begun because its manifest was gone, and does not go on, because "
                    + interruptedBecause))
        : Optional.empty();
  }

  synchronized Set<ResourceKey> held() {
    return Set.copyOf(held);
  }

  /**
   * What was begun because manifests were missing goes on only while that is certain: they may have
   * been put back into a file that cannot be read.
   *
   * @param begun have a tombstone for that reason
   */
  synchronized void goOn(Snapshot snapshot, Set<ResourceKey> begun) {
    interrupted = snapshot.complete() ? Set.of() : Set.copyOf(begun);
    interruptedBecause = snapshot.incompleteBecause();
  }

  /**
   * Those that are to be deleted now. Before they are, what is held must be remembered.
   *
   * @param doubt why a complete snapshot does not tell that they were removed
   * @param absent have no manifest and no tombstone
   * @param keys those among them whose last accepted spec is known and in force
   */
  synchronized List<ResourceKey> decide(
      Snapshot snapshot, Optional<String> doubt, Set<ResourceKey> absent, Set<ResourceKey> keys) {
    // Whoever is back is free again. Nothing else but a confirmation ends a hold.
    held.retainAll(absent);
    remind();
    if (!enabled || keys.isEmpty()) {
      missing.clear();
      suspend(Set.of(), "");
      return List.of();
    }
    if (!snapshot.complete()) {
      missing.clear();
      suspend(keys, snapshot.incompleteBecause());
      return List.of();
    }
    missing.keySet().retainAll(keys);
    if (!missing.keySet().containsAll(keys)) {
      Wait wait = Wait.begin(scheduler, effects);
      keys.forEach(key -> missing.putIfAbsent(key, wait));
    }
    List<ResourceKey> gone =
        missing.entrySet().stream()
            .filter(entry -> entry.getValue().over && !held.contains(entry.getKey()))
            .map(Map.Entry::getKey)
            .toList();
    if (doubt.isPresent()) {
      hold(gone, doubt.get());
      Set<ResourceKey> undecided = new TreeSet<>(keys);
      undecided.removeAll(held);
      suspend(
          undecided,
          "%s. What is not put back within %d s waits for: pglet prune --confirm"
              .formatted(doubt.get(), GONE_FOR.toSeconds()));
      return List.of();
    }
    suspend(Set.of(), "");
    List<ResourceKey> deleted = allowed(gone);
    deleted.forEach(missing::remove);
    return deleted;
  }

  /** A hold goes on over a restart, and whoever restarted should know of it. */
  private void remind() {
    if (enabled && heldBefore && !held.isEmpty()) {
      effects.problem(
          "held since before the start: %s. They keep running. %s".formatted(names(held), REMEDY));
    }
    heldBefore = false;
  }

  /** From now on these are not deleted for that reason, and no others. */
  private void suspend(Set<ResourceKey> keys, String because) {
    Set<ResourceKey> news = new TreeSet<>(keys);
    if (because.equals(suspendedBecause)) {
      news.removeAll(suspended);
    }
    suspended = Set.copyOf(keys);
    suspendedBecause = because;
    if (!news.isEmpty()) {
      String message =
          "manifests are missing and nothing is deleted for it, because %s. Missing: %s"
              .formatted(because, names(news));
      effects.problem(message);
      news.forEach(key -> events.add(key, Event.Type.WARNING, "PruneBlocked", message));
    }
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
          // With those held or lost before: a loss that goes on bit by bit is one loss.
          Set<ResourceKey> lost = new TreeSet<>(keys);
          lost.addAll(losing(kind, held));
          lostJustNow.keySet().stream().filter(key -> key.kind().equals(kind)).forEach(lost::add);
          Set<ResourceKey> soon = new TreeSet<>(lost);
          soon.addAll(losing(kind, missing.keySet()));
          if (lost.size() > most) {
            hold(
                keys,
                "%d of kind %s would lose their data within %d minutes, and the guard allows %d"
                    .formatted(lost.size(), kind, TOGETHER.toMinutes(), most));
          } else if (soon.size() <= most) {
            allowed.addAll(keys);
            keys.forEach(this::rememberLoss);
          }
          // Else those wait for the ones that went after them: all are gone, or they come back.
        });
    return allowed.stream().sorted().toList();
  }

  private List<ResourceKey> losing(String kind, Set<ResourceKey> keys) {
    return keys.stream().filter(key -> key.kind().equals(kind)).filter(losesData).toList();
  }

  private void rememberLoss(ResourceKey key) {
    lostJustNow.merge(key, 1, Integer::sum);
    scheduler.schedule(TOGETHER, () -> forgetLoss(key));
  }

  private synchronized void forgetLoss(ResourceKey key) {
    lostJustNow.computeIfPresent(key, (_, times) -> times == 1 ? null : times - 1);
  }

  private void hold(List<ResourceKey> keys, String because) {
    if (held.addAll(keys)) {
      String message = "%s: %s. They keep running. %s".formatted(because, names(keys), REMEDY);
      effects.problem(message);
      keys.forEach(key -> events.add(key, Event.Type.WARNING, "PruneBlocked", message));
    }
  }

  private static String names(Iterable<ResourceKey> keys) {
    List<String> names = new ArrayList<>();
    keys.forEach(key -> names.add(key.toString()));
    return String.join(", ", names);
  }
}
