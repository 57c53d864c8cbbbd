package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.Conditions;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.engine.gate.Deadlines;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass: observe, plan, run the steps one by one, observe and plan again, until nothing is left
 * or something is in the way. Used once, by one thread.
 */
final class Pass {
  private static final Logger LOG = LoggerFactory.getLogger(Pass.class);

  /** Everything is looked at again after this time at the latest. */
  private static final Duration RESYNC = Duration.ofSeconds(60);

  /** However soon a plan wants to look again, it does not spin. */
  private static final Duration SHORTEST = Duration.ofMillis(50);

  /** So long nobody must have edited the manifest before its data are removed. */
  static final Duration QUIET = Duration.ofSeconds(5);

  private static final Duration RECHECK_DEPENDENCY = Duration.ofSeconds(15);

  private final PassRunner.Tools tools;
  private final Kind<?, ?, ?, ?> kind;
  private final ResourceKey key;
  private final boolean wasUpToDate;
  private final Set<Step> ran = new HashSet<>();
  private final List<String> done = new ArrayList<>();
  private Tracked tracked;
  private Optional<Sight> sight = Optional.empty();

  Pass(PassRunner.Tools tools, Kind<?, ?, ?, ?> kind, Tracked tracked) {
    this.tools = tools;
    this.kind = kind;
    this.tracked = tracked;
    this.key = tracked.key();
    this.wasUpToDate =
        Conditions.find(tracked.conditions(), Conditions.UP_TO_DATE)
            .filter(condition -> condition.getStatus().equals(Conditions.TRUE))
            .filter(
                condition ->
                    condition.getObservedGeneration() == tracked.entry().identity().generation())
            .isPresent();
  }

  Outcome run() {
    Outcome outcome;
    try {
      outcome = tracked.blocked().isPresent() ? outcome(tracked.blocked().get()) : stages();
      if (outcome instanceof Outcome.Deleted) {
        outcome = bury();
      }
    } catch (ReconcileException e) {
      outcome = outcome(e);
    } catch (Throwable e) {
      outcome = outcome(tools.panic(key, "looking at it", e));
    }
    report(outcome);
    endTurn(outcome);
    return outcome;
  }

  private Outcome stages() throws ReconcileException {
    while (true) {
      look();
      Sight seen = sight.orElseThrow();
      if (seen.invalid().isPresent()) {
        return outcome(seen.invalid().get());
      }
      Plan<? extends Step> plan = seen.plan();
      Optional<Outcome> interruption = interruption();
      if (interruption.isPresent() && !plan.steps().isEmpty()) {
        return interruption.get();
      }
      if (tracked.paused() && !plan.steps().isEmpty()) {
        return new Outcome.Waiting(
            "Paused", "pglet.dev/paused is \"true\"", RESYNC, Optional.empty());
      }
      Optional<Outcome> early = unfinishedEdit(seen);
      if (early.isPresent()) {
        return early.get();
      }
      Optional<Refused> refusal = tools.consents().refusal(tracked, seen);
      if (refusal.isPresent()) {
        return outcome(refusal.get());
      }
      if (plan.steps().isEmpty()) {
        return ended(plan);
      }
      tools.reporter().progress(kind, tracked, seen);
      Optional<Outcome> stopped = runAll(plan.steps());
      if (stopped.isPresent()) {
        return stopped.get();
      }
    }
  }

  /**
   * Half a manifest is a manifest too: what cannot be undone waits until nobody writes any more.
   */
  private Optional<Outcome> unfinishedEdit(Sight seen) {
    if (!seen.destroys() || tracked.deleting() || tracked.manifest().isEmpty()) {
      return Optional.empty();
    }
    Duration left = QUIET.minus(tools.manifests().quiet(key));
    return left.isPositive()
        ? Optional.of(
            new Outcome.Waiting(
                "ManifestJustEdited",
                "%s was edited less than %d s ago, and the plan removes data"
                    .formatted(tracked.manifest().get().file(), QUIET.toSeconds()),
                within(left),
                Optional.empty()))
        : Optional.empty();
  }

  /** What was begun because the manifest was gone needs that to be certain, at every step. */
  private Optional<Outcome> interruption() {
    return tracked.deleting()
        ? tools
            .interruptions()
            .apply(key)
            .map(
                why -> new Outcome.Waiting("PruneBlocked", why.message(), RESYNC, Optional.empty()))
        : Optional.empty();
  }

  /** A consent that was noted meanwhile belongs to what is tracked. */
  private void look() throws ReconcileException {
    tracked = tools.table().find(key).filter(now -> now.edit() == tracked.edit()).orElse(tracked);
    sight = Optional.empty();
    tools
        .deadlines()
        .within(
            Deadlines.LOOK,
            key,
            "looking at it",
            () -> {
              Sight seen = kind.see(tracked, tools.table());
              tools.table().observed(key, seen.observed());
              sight = Optional.of(seen);
            });
  }

  private Outcome ended(Plan<? extends Step> plan) {
    if (plan.awaiting().isPresent()) {
      var wait = plan.awaiting().get();
      Duration after = within(wait.atMost());
      return new Outcome.Waiting(wait.reason(), wait.message(), after, wait.resource());
    }
    return tracked.deleting() ? new Outcome.Deleted() : new Outcome.Converged();
  }

  private static Duration within(Duration asked) {
    Duration atLeast = asked.compareTo(SHORTEST) < 0 ? SHORTEST : asked;
    return atLeast.compareTo(RESYNC) > 0 ? RESYNC : atLeast;
  }

  /** Empty when all of them ran; else how the pass ends, after another look at what they left. */
  private Optional<Outcome> runAll(List<? extends Step> steps) {
    for (Step step : steps) {
      if (superseded()) {
        lookAgainAfterSteps();
        return Optional.of(interrupted());
      }
      Optional<Outcome> interruption = interruption();
      if (interruption.isPresent()) {
        lookAgainAfterSteps();
        return interruption;
      }
      if (!ran.add(step)) {
        return Optional.of(outcome(didNotConverge(step)));
      }
      switch (execution().run(step)) {
        case StepExecution.Result.Done d -> done.add(step.describe());
        case StepExecution.Result.Waits waits -> {
          lookAgainAfterSteps();
          return Optional.of(waits.outcome());
        }
        case StepExecution.Result.Failed failed -> {
          Outcome outcome = afterStep(failed.error());
          lookAgain();
          return Optional.of(outcome);
        }
      }
    }
    return Optional.empty();
  }

  /** While it is not back the next one's restart can wait. */
  private void endTurn(Outcome outcome) {
    boolean back = sight.map(Sight::available).orElse(false);
    if (back || outcome instanceof Outcome.Converged || outcome instanceof Outcome.Deleted) {
      tools.restarts().release(key);
    }
  }

  /** A step that stopped for a newer spec has not failed. */
  private Outcome afterStep(ReconcileException error) {
    return superseded() ? interrupted() : outcome(error);
  }

  private Outcome interrupted() {
    return tools.stopping().getAsBoolean()
        ? new Outcome.Waiting(
            "Stopping",
            "pglet was stopped; it goes on when pglet runs again",
            RESYNC,
            Optional.empty())
        : new Outcome.Superseded();
  }

  private StepExecution execution() {
    boolean inUse = sight.map(Sight::available).orElse(false) && !tracked.deleting();
    return new StepExecution(tools, kind, tracked, inUse, this::superseded);
  }

  private boolean superseded() {
    return tools.stopping().getAsBoolean() || tools.table().changedSince(key, tracked.edit());
  }

  private void lookAgainAfterSteps() {
    if (!done.isEmpty()) {
      lookAgain();
    }
  }

  /** What steps have left behind belongs into the status; when that cannot be seen, so be it. */
  private void lookAgain() {
    try {
      look();
    } catch (ReconcileException e) {
      LOG.atDebug().addKeyValue("key", key).setCause(e).log("nothing to be seen after a step");
    } catch (Throwable e) {
      tools.panic(key, "looking at it after a step", e);
    }
  }

  private Outcome bury() throws ReconcileException {
    boolean kept = kind.keeps(key);
    // First, as nobody would find its conditions any more once it is out of the inventory.
    tools.reporter().forget(tracked);
    if (!tools.burial().bury(tracked, kept)) {
      return new Outcome.Superseded();
    }
    tools
        .events()
        .add(
            key,
            Event.Type.NORMAL,
            kept ? "Retained" : "Deleted",
            kept ? key + " is no more; its data was kept" : key + " and its data are no more");
    return new Outcome.Deleted();
  }

  private Outcome outcome(ReconcileException error) {
    return switch (error) {
      case InvalidSpec e -> new Outcome.Stalled(e);
      case Refused e -> new Outcome.Stalled(e);
      case DependencyNotReady e ->
          new Outcome.Waiting(e.reason(), e.explain(), RECHECK_DEPENDENCY, Optional.empty());
      case HostUnavailable e -> new Outcome.Failed(e);
      case StepFailed e -> new Outcome.Failed(e);
    };
  }

  private StepFailed didNotConverge(Step step) {
    return new StepFailed(
        "DidNotConverge",
        "%s is still needed after it was done".formatted(step.describe()),
        "See the log for what undoes it");
  }

  private void report(Outcome outcome) {
    if (outcome instanceof Outcome.Deleted) {
      return;
    }
    noteEvents(outcome);
    try {
      tools.reporter().finish(kind, tracked, sight, outcome);
    } catch (Throwable e) {
      tools.panic(key, "writing its status", e);
    }
  }

  private void noteEvents(Outcome outcome) {
    if (!done.isEmpty()) {
      boolean drift = wasUpToDate && !tracked.deleting();
      String what = done.stream().collect(Collectors.joining("; "));
      tools.events().add(key, Event.Type.NORMAL, drift ? "DriftCorrected" : "Reconciled", what);
    }
    switch (outcome) {
      case Outcome.Failed failed -> warn(failed.error());
      case Outcome.Stalled stalled -> warn(stalled.error());
      case Outcome.Converged c -> {}
      case Outcome.Waiting w -> {}
      case Outcome.Superseded s -> {}
      case Outcome.Deleted d -> {}
    }
  }

  private void warn(ReconcileException error) {
    tools
        .events()
        .add(
            key,
            Event.Type.WARNING,
            error.reason(),
            Reporter.explain(tools.table(), tracked, error));
  }
}
