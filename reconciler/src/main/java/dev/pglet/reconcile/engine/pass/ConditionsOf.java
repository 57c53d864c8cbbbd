package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.Conditions;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.Wait;
import dev.pglet.reconcile.engine.store.Rfc3339;
import dev.pglet.reconcile.engine.store.Tracked;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is true of a resource, by what was seen and how the pass ended. Pure.
 *
 * @param sight the newest observation of this pass; empty when there is none
 * @param outcome empty while the steps of the plan are being run
 * @param pruneBlock why it is not deleted although its manifest is gone
 * @param notInForce why the newest manifest is not in force; empty when it is
 * @param explain an error's message for people, with its place
 */
record ConditionsOf(
    Tracked tracked,
    Optional<Sight> sight,
    Optional<Outcome> outcome,
    Optional<PruneBlock> pruneBlock,
    Optional<String> notInForce,
    Function<ReconcileException, String> explain) {
  private static final String PRUNE_BLOCKED = "PruneBlocked";

  private static final Set<String> OF_EVERY_KIND =
      Set.of(
          Conditions.READY,
          Conditions.AVAILABLE,
          Conditions.UP_TO_DATE,
          Conditions.RECONCILING,
          Conditions.STALLED,
          Conditions.PAUSED,
          Conditions.DELETING,
          PRUNE_BLOCKED);

  private record Finding(String status, String reason, String message) {}

  /** All of them, in the order in which people look for them. */
  List<Condition> list(List<Condition> before, Instant now) {
    List<Condition> all = new ArrayList<>();
    all.add(condition(Conditions.READY, ready(), before, now));
    all.add(condition(Conditions.AVAILABLE, available(), before, now));
    all.add(condition(Conditions.UP_TO_DATE, upToDate(), before, now));
    all.add(condition(Conditions.RECONCILING, reconciling(), before, now));
    all.add(condition(Conditions.STALLED, stalled(), before, now));
    all.add(condition(Conditions.PAUSED, paused(), before, now));
    if (pruneBlock.isPresent() && !tracked.deleting()) {
      Finding blocked = yes(pruneBlock.get().reason(), pruneBlock.get().message());
      all.add(condition(PRUNE_BLOCKED, blocked, before, now));
    }
    all.addAll(ofKind(before, now));
    // Last, in every status that is whole: by that it is told from one that a broken write cut off.
    all.add(condition(Conditions.DELETING, deleting(), before, now));
    return List.copyOf(all);
  }

  /** What cannot be seen now was so when it was last seen. */
  private List<Condition> ofKind(List<Condition> before, Instant now) {
    if (sight.isEmpty()) {
      return before.stream().filter(old -> !OF_EVERY_KIND.contains(old.getType())).toList();
    }
    return sight.get().conditions().stream()
        .map(
            own ->
                condition(
                    own.type(),
                    new Finding(own.status(), own.reason(), own.message()),
                    before,
                    now))
        .toList();
  }

  private Finding available() {
    if (sight.isEmpty()) {
      return unseen();
    }
    return sight.get().available()
        ? yes("Available", "")
        : because(no("NotAvailable", "it cannot be used now"));
  }

  private Finding ready() {
    if (tracked.deleting()) {
      return no("Deleting", "it is being deleted");
    }
    if (sight.isEmpty()) {
      return unseen();
    }
    Sight seen = sight.get();
    if (seen.invalid().isPresent()) {
      return no(seen.invalid().get());
    }
    Optional<ReconcileException> error = error();
    boolean wantsConsent = error.isPresent() && wantsConsent(seen, error.get());
    boolean heldBack = error.isEmpty() && seen.onlyDeferred();
    if (seen.available() && (wantsConsent || heldBack || (seen.upToDate() && error.isEmpty()))) {
      return yes(
          "Ready",
          wantsConsent
              ? "but for steps that need consent"
              : heldBack ? "but for " + describe(seen.plan().deferred()) : "");
    }
    return error.isEmpty() && seen.upToDate()
        ? no("NotAvailable", "it is as its manifest says, and cannot be used")
        : because(pending(seen));
  }

  private static boolean wantsConsent(Sight seen, ReconcileException error) {
    return error instanceof Refused
        && !seen.plan().steps().isEmpty()
        && seen.plan().steps().stream().allMatch(step -> step.risk() == Risk.DESTRUCTIVE);
  }

  private Finding upToDate() {
    if (sight.isEmpty()) {
      return unseen();
    }
    Sight seen = sight.get();
    if (seen.invalid().isPresent()) {
      return no(seen.invalid().get());
    }
    if (!seen.upToDate()) {
      return pending(seen);
    }
    return notInForce
        .map(why -> no("NotInForce", olderSpec(why)))
        .orElseGet(() -> yes("UpToDate", ""));
  }

  private static Finding pending(Sight seen) {
    if (!seen.plan().steps().isEmpty()) {
      return no("StepsPending", describe(seen.plan().steps()));
    }
    if (seen.onlyDeferred()) {
      return no("StepsDeferred", describe(seen.plan().deferred()));
    }
    return seen.plan()
        .awaiting()
        .map(wait -> no(wait.reason(), wait.message()))
        .orElse(no("NotAvailable", "it cannot be used now"));
  }

  private static String describe(List<? extends Step> steps) {
    return steps.stream().map(Step::describe).collect(Collectors.joining("; "));
  }

  private Finding reconciling() {
    if (outcome.isEmpty()) {
      return yes("StepsRunning", sight.map(seen -> pending(seen).message()).orElse(""));
    }
    return switch (outcome.get()) {
      case Outcome.Failed failed ->
          yes(failed.error().reason(), explain.apply(failed.error()) + " (tried again)");
      case Outcome.Superseded superseded -> yes("Superseded", "the manifest changed meanwhile");
      case Outcome.Waiting waiting ->
          tracked.paused() || sight.map(Sight::upToDate).orElse(false)
              ? no("Idle", "")
              : yes(waiting.reason(), waiting.message());
      case Outcome.Converged converged -> no("Idle", "");
      case Outcome.Stalled stalled -> no("Stalled", "nothing happens until something changes");
      case Outcome.Deleted deleted -> no("Idle", "");
    };
  }

  private Finding stalled() {
    return outcome.isPresent() && outcome.get() instanceof Outcome.Stalled stalled
        ? yes(stalled.error().reason(), explain.apply(stalled.error()))
        : notInForce
            .map(why -> yes("NotInForce", olderSpec(why)))
            .orElseGet(() -> no("NotStalled", ""));
  }

  private static String olderSpec(String why) {
    return "the spec that was last accepted stays in force: " + why;
  }

  private Finding paused() {
    return tracked.paused()
        ? yes("PausedByAnnotation", "pglet.dev/paused is \"true\": nothing is changed")
        : no("NotPaused", "");
  }

  private Finding deleting() {
    return tracked
        .entry()
        .tombstone()
        .map(tombstone -> yes("ManifestGone", tombstone.why()))
        .orElse(no("NotDeleting", ""));
  }

  private Optional<ReconcileException> error() {
    if (outcome.isEmpty()) {
      return Optional.empty();
    }
    return switch (outcome.get()) {
      case Outcome.Failed failed -> Optional.of(failed.error());
      case Outcome.Stalled stalled -> Optional.of(stalled.error());
      case Outcome.Converged c -> Optional.empty();
      case Outcome.Waiting w -> Optional.empty();
      case Outcome.Superseded s -> Optional.empty();
      case Outcome.Deleted d -> Optional.empty();
    };
  }

  /** What is behind it, when that is known, says more. */
  private Finding because(Finding otherwise) {
    if (error().isPresent()) {
      return no(error().get());
    }
    if (outcome.isPresent()
        && outcome.get() instanceof Outcome.Waiting waiting
        && !tracked.paused()) {
      return no(waiting.reason(), waiting.message());
    }
    return sight
        .flatMap(seen -> seen.plan().awaiting())
        .map((Wait wait) -> no(wait.reason(), wait.message()))
        .orElse(otherwise);
  }

  private Finding unseen() {
    if (error().isPresent()) {
      return new Finding(Conditions.UNKNOWN, error().get().reason(), explain.apply(error().get()));
    }
    return outcome.isPresent() && outcome.get() instanceof Outcome.Waiting waiting
        ? new Finding(Conditions.UNKNOWN, waiting.reason(), waiting.message())
        : new Finding(Conditions.UNKNOWN, "NotObserved", "it has not been looked at yet");
  }

  private Finding no(ReconcileException error) {
    return no(error.reason(), explain.apply(error));
  }

  private static Finding yes(String reason, String message) {
    return new Finding(Conditions.TRUE, reason, message);
  }

  private static Finding no(String reason, String message) {
    return new Finding(Conditions.FALSE, reason, message);
  }

  private Condition condition(String type, Finding finding, List<Condition> before, Instant now) {
    String since =
        Conditions.find(before, type)
            .filter(old -> old.getStatus().equals(finding.status()))
            .map(Condition::getLastTransitionTime)
            .orElse(Rfc3339.seconds(now));
    return new ConditionBuilder()
        .withType(type)
        .withStatus(finding.status())
        .withReason(finding.reason())
        .withMessage(finding.message())
        .withLastTransitionTime(since)
        .withObservedGeneration(tracked.entry().identity().generation())
        .build();
  }
}
