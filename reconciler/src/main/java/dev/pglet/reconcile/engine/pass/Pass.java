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
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.Event;
import java.time.Duration;
import java.time.Instant;
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
    } catch (RuntimeException | Error e) {
      outcome = outcome(panic("looking at it", e));
    }
    report(outcome);
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
      if (tracked.paused() && !plan.steps().isEmpty()) {
        return new Outcome.Waiting(
            "Paused", "pglet.dev/paused is \"true\"", RESYNC, Optional.empty());
      }
      Optional<Refused> refusal = tools.consents().refusal(tracked, plan);
      if (refusal.isPresent()) {
        return outcome(refusal.get());
      }
      if (plan.steps().isEmpty()) {
        return ended(plan);
      }
      tools.reporter().progress(tracked, seen);
      Optional<Outcome> stopped = runAll(plan.steps());
      if (stopped.isPresent()) {
        return stopped.get();
      }
    }
  }

  /** A consent that was noted meanwhile belongs to what is tracked. */
  private void look() throws ReconcileException {
    tracked = tools.table().find(key).filter(now -> now.edit() == tracked.edit()).orElse(tracked);
    sight = Optional.empty();
    Sight seen = kind.see(tracked, tools.table());
    tools.table().observed(key, seen.observed());
    sight = Optional.of(seen);
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
        return Optional.of(interrupted());
      }
      if (!ran.add(step)) {
        return Optional.of(outcome(didNotConverge(step)));
      }
      Optional<Outcome> stopped = runHeld(step);
      if (stopped.isPresent()) {
        lookAfterFailure();
        return stopped;
      }
    }
    return Optional.empty();
  }

  private Optional<Outcome> runHeld(Step step) {
    Set<ResourceKey> keys = new HashSet<>(step.holds());
    keys.add(key);
    Optional<Holds.Taken> taken = tools.holds().take(key, keys);
    if (taken.isPresent()) {
      return Optional.of(
          new Outcome.Waiting(
              "Held",
              "%s waits: %s is in use by %s"
                  .formatted(step.describe(), taken.get().key(), taken.get().by()),
              RESYNC,
              Optional.empty()));
    }
    try {
      return run(step).map(this::afterStep);
    } finally {
      tools.holds().release(key, keys);
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

  private Optional<ReconcileException> run(Step step) {
    tools.listener().stepStarted(key, step.describe());
    Instant begin = tools.clock().instant();
    Optional<ReconcileException> error = Optional.empty();
    try {
      tools
          .steps()
          .run(
              kind,
              step,
              new StepScope(tracked, tools.table(), tools.manifests(), this::superseded));
      done.add(step.describe());
    } catch (ReconcileException e) {
      error = Optional.of(e);
    } catch (RuntimeException | Error e) {
      error = Optional.of(panic(step.describe(), e));
    }
    Duration took = Duration.between(begin, tools.clock().instant());
    tools.meters().step(key.kind(), step.name(), error.isEmpty(), took);
    tools.listener().stepFinished(key, step.name(), took, error);
    var line = error.isEmpty() ? LOG.atInfo() : LOG.atWarn();
    line.addKeyValue("key", key)
        .addKeyValue("step", step.name())
        .addKeyValue("took", took)
        .addKeyValue("result", error.map(ReconcileException::explain).orElse("done"))
        .log("step");
    return error;
  }

  private boolean superseded() {
    return tools.stopping().getAsBoolean() || tools.table().changedSince(key, tracked.edit());
  }

  /** What a failed step left behind belongs into the status; when that cannot be seen, so be it. */
  private void lookAfterFailure() {
    try {
      look();
    } catch (ReconcileException e) {
      LOG.atDebug().addKeyValue("key", key).setCause(e).log("nothing to be seen after a failure");
    } catch (RuntimeException | Error e) {
      panic("looking at it after a failure", e);
    }
  }

  private Outcome bury() throws ReconcileException {
    boolean kept = kind.known().stream().anyMatch(known -> known.key().equals(key));
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

  private StepFailed panic(String doing, Throwable cause) {
    tools.meters().panic(key.kind());
    LOG.atError().addKeyValue("key", key).addKeyValue("doing", doing).setCause(cause).log("panic");
    return new StepFailed(
        "Panic",
        "%s: the controller of %s broke while %s (%s)"
            .formatted(key, key.kind(), doing, cause.getClass().getSimpleName()),
        "This is an error in pglet; the log has the details",
        cause);
  }

  private void report(Outcome outcome) {
    if (outcome instanceof Outcome.Deleted) {
      return;
    }
    noteEvents(outcome);
    try {
      tools.reporter().finish(tracked, sight, outcome);
    } catch (RuntimeException | Error e) {
      panic("writing its status", e);
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
