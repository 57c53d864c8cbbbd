package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.Conditions;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Rejected;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.engine.Convergence.Standing;
import dev.pglet.reconcile.engine.Convergence.State;
import dev.pglet.reconcile.engine.pass.PassRunner;
import dev.pglet.reconcile.engine.pass.Reporter;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/** How the last pass of each resource ended, and what that means for everything. Thread-safe. */
final class Progress {
  /** So many failures in a row are taken for an end by those who wait for one. */
  static final int FAILURES = 5;

  private final ResourceTable table;
  private final ToIntFunction<ResourceKey> failures;
  private final Map<ResourceKey, PassRunner.End> ends = new ConcurrentHashMap<>();

  Progress(ResourceTable table, ToIntFunction<ResourceKey> failures) {
    this.table = table;
    this.failures = failures;
  }

  /** Notes how a pass ended, and says whether the one before had ended otherwise. */
  boolean ended(ResourceKey key, PassRunner.End end) {
    if (end.outcome() instanceof Outcome.Deleted) {
      ends.remove(key);
      return true;
    }
    PassRunner.End before = ends.put(key, end);
    return before == null || !words(before.outcome()).equals(words(end.outcome()));
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Stalled stalled -> stalled.error().explain();
      case Outcome.Failed failed -> failed.error().explain();
      case Outcome.Waiting waiting -> waiting.message();
      case Outcome.Converged c -> "converged";
      case Outcome.Superseded s -> "superseded";
      case Outcome.Deleted d -> "deleted";
    };
  }

  void forget(ResourceKey key) {
    ends.remove(key);
  }

  Convergence convergence(List<Rejected> rejected, boolean timedOut) {
    SortedMap<ResourceKey, Standing> standings = new TreeMap<>();
    for (Tracked tracked : table.all()) {
      standings.put(tracked.key(), standing(tracked));
    }
    return new Convergence(standings, rejected, timedOut);
  }

  /** Whether time alone will change nothing that is worth waiting for. Asked when nothing moves. */
  boolean allEnded() {
    return table.all().stream().allMatch(tracked -> ended(tracked, new HashSet<>()));
  }

  private boolean ended(Tracked tracked, Set<ResourceKey> seen) {
    if (!seen.add(tracked.key())) {
      return true;
    }
    Optional<Outcome> outcome = last(tracked);
    if (outcome.isEmpty()) {
      return false;
    }
    return switch (outcome.get()) {
      case Outcome.Converged c -> true;
      case Outcome.Stalled s -> true;
      case Outcome.Deleted d -> true;
      case Outcome.Superseded s -> false;
      case Outcome.Failed f -> failures.applyAsInt(tracked.key()) >= FAILURES;
      case Outcome.Waiting waiting ->
          tracked.paused() || ready(tracked) || endedWithout(waiting, seen);
    };
  }

  private boolean endedWithout(Outcome.Waiting waiting, Set<ResourceKey> seen) {
    if (waiting.on().isEmpty()) {
      return false;
    }
    Optional<Tracked> awaited = table.find(waiting.on().get());
    return awaited.isEmpty() || ended(awaited.get(), seen);
  }

  private Optional<Outcome> last(Tracked tracked) {
    return Optional.ofNullable(ends.get(tracked.key()))
        .filter(end -> end.edit() == tracked.edit())
        .map(PassRunner.End::outcome);
  }

  private static boolean ready(Tracked tracked) {
    return Conditions.isTrue(tracked.conditions(), Conditions.READY);
  }

  private Standing standing(Tracked tracked) {
    Optional<Outcome> outcome = last(tracked);
    if (outcome.isEmpty()) {
      return new Standing(State.IN_PROGRESS, "Pending", "");
    }
    return switch (outcome.get()) {
      case Outcome.Stalled stalled ->
          new Standing(
              State.STALLED,
              stalled.error().reason(),
              Reporter.explain(table, tracked, stalled.error()));
      case Outcome.Failed failed ->
          new Standing(
              State.FAILING,
              failed.error().reason(),
              Reporter.explain(table, tracked, failed.error()));
      case Outcome.Superseded s ->
          new Standing(State.IN_PROGRESS, "Superseded", "the manifest changed meanwhile");
      case Outcome.Waiting waiting -> waiting(tracked, waiting);
      case Outcome.Converged c -> converged(tracked);
      case Outcome.Deleted d -> new Standing(State.UP_TO_DATE, "Deleted", "");
    };
  }

  private static Standing waiting(Tracked tracked, Outcome.Waiting waiting) {
    State state =
        tracked.paused() ? State.PAUSED : ready(tracked) ? State.READY : State.IN_PROGRESS;
    return new Standing(state, waiting.reason(), waiting.message());
  }

  private static Standing converged(Tracked tracked) {
    return ready(tracked)
        ? new Standing(State.READY, "Ready", "")
        : new Standing(
            State.UP_TO_DATE, "UpToDate", "it is as its manifest says, and cannot be used");
  }
}
