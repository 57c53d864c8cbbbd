package dev.pglet.reconcile.engine.pass;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import java.util.List;
import java.util.Optional;

/**
 * What one observation shows.
 *
 * @param plan empty when the spec is invalid
 * @param invalid why no plan can be made
 * @param status the controller's, without conditions and observedGeneration
 * @param conditions those that only its kind has
 * @param dataIdentity which data there is to lose
 */
public record Sight(
    Object observed,
    Plan<? extends Step> plan,
    Optional<InvalidSpec> invalid,
    boolean available,
    ObjectNode status,
    List<KindCondition> conditions,
    String dataIdentity) {
  public Sight {
    conditions = List.copyOf(conditions);
  }

  /** Whether the plan removes data. */
  boolean destroys() {
    return plan.steps().stream().anyMatch(step -> step.risk() == Risk.DESTRUCTIVE);
  }

  /** Whether the plan removes data, or cannot say yet that it does not. */
  public boolean losesData() {
    return destroys() || plan.awaiting().isPresent() || !plan.beyond().isEmpty();
  }

  /** Whether nothing is left to do but what a policy of the spec holds back. */
  public boolean onlyDeferred() {
    return invalid.isEmpty()
        && plan.steps().isEmpty()
        && plan.awaiting().isEmpty()
        && !plan.deferred().isEmpty();
  }

  /** Whether nothing is left to do or to wait for but that time passes. */
  public boolean upToDate() {
    return invalid.isEmpty()
        && plan.steps().isEmpty()
        && plan.deferred().isEmpty()
        && plan.awaiting().map(wait -> available && wait.resource().isEmpty()).orElse(true);
  }
}
