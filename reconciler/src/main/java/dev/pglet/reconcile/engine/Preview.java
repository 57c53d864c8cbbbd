package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Risk;
import java.util.List;
import java.util.Optional;

/**
 * What a pass would do now. Nothing of it was done.
 *
 * @param planId the consent that the destructive steps need as {@code pglet.dev/confirm}; empty
 *     when none does
 * @param awaiting for people: what is waited for when the steps are done
 * @param beyond what cannot be seen yet
 * @param problem why it cannot go on, with what to do
 */
public record Preview(
    ResourceKey key,
    boolean deleting,
    boolean paused,
    List<PlannedStep> steps,
    Optional<String> planId,
    Optional<String> awaiting,
    List<String> beyond,
    Optional<String> problem) {
  /** One step, in the words for people. */
  public record PlannedStep(String name, String describe, Risk risk) {}

  public Preview {
    steps = List.copyOf(steps);
    beyond = List.copyOf(beyond);
  }

  /** Whether the resource differs from its manifest, or cannot be compared. */
  public boolean differs() {
    return !steps.isEmpty() || problem.isPresent();
  }
}
