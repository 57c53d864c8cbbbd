package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.engine.gate.Deadlines;
import dev.pglet.reconcile.engine.gate.Holds;
import dev.pglet.reconcile.engine.store.Tracked;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of a pass: its turn to restart, its holds, its deadline, and what is said of it.
 *
 * @param inUse whether somebody may be using the resource, who would notice a restart
 */
record StepExecution(
    PassRunner.Tools tools,
    Kind<?, ?, ?, ?> kind,
    Tracked tracked,
    boolean inUse,
    BooleanSupplier superseded) {
  private static final Logger LOG = LoggerFactory.getLogger(StepExecution.class);
  private static final Duration RECHECK = Duration.ofSeconds(60);

  /** What became of a step. */
  sealed interface Result {
    record Done() implements Result {}

    /** It was not begun. */
    record Waits(Outcome.Waiting outcome) implements Result {}

    record Failed(ReconcileException error) implements Result {}
  }

  Result run(Step step) {
    Optional<Outcome.Waiting> turn = awaitTurn(step);
    if (turn.isPresent()) {
      return new Result.Waits(turn.get());
    }
    ResourceKey key = tracked.key();
    Set<ResourceKey> keys = new HashSet<>(step.holds());
    keys.add(key);
    Optional<Holds.Taken> taken = tools.holds().take(key, keys);
    if (taken.isPresent()) {
      return new Result.Waits(
          waiting(
              "Held",
              "%s waits: %s is in use by %s"
                  .formatted(step.describe(), taken.get().key(), taken.get().by())));
    }
    try {
      return execute(step).<Result>map(Result.Failed::new).orElseGet(Result.Done::new);
    } finally {
      tools.holds().release(key, keys);
    }
  }

  /** A server that is down is started at once: nobody loses anything by it. */
  private Optional<Outcome.Waiting> awaitTurn(Step step) {
    if (!step.staggered() || !inUse) {
      return Optional.empty();
    }
    return tools
        .restarts()
        .take(tracked.key())
        .map(
            other ->
                waiting(
                    "RestartStaggered",
                    "%s waits until %s is available again: at most %d at once (maxConcurrentRestarts)"
                        .formatted(step.describe(), other, tools.restarts().atOnce())));
  }

  private static Outcome.Waiting waiting(String reason, String message) {
    return new Outcome.Waiting(reason, message, RECHECK, Optional.empty());
  }

  private Optional<ReconcileException> execute(Step step) {
    ResourceKey key = tracked.key();
    tools.listener().stepStarted(key, step.describe());
    Instant begin = tools.clock().instant();
    Optional<ReconcileException> error = Optional.empty();
    try {
      StepScope scope = new StepScope(tracked, tools.table(), superseded);
      tools
          .deadlines()
          .within(Deadlines.STEP, key, step.describe(), () -> tools.steps().run(kind, step, scope));
    } catch (ReconcileException e) {
      error = Optional.of(e);
    } catch (Throwable e) {
      error = Optional.of(tools.panic(key, step.describe(), e));
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
}
