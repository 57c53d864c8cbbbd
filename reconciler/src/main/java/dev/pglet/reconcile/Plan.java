package dev.pglet.reconcile;

import java.util.List;
import java.util.Optional;

/**
 * What is left to do, as data.
 *
 * @param steps in the order in which to run them; when one fails the rest is not run
 * @param awaiting what the plan waits for when the steps are done
 * @param beyond what cannot be seen yet, for people, such as "extensions, once the server runs"
 * @param deferred steps that a policy of the spec holds back for now, such as a restart outside its
 *     window: shown, not run, and no obstacle to being ready. The kind's conditions say what they
 *     wait for
 */
public record Plan<S extends Step>(
    List<S> steps, Optional<Wait> awaiting, List<String> beyond, List<S> deferred) {
  public Plan {
    steps = List.copyOf(steps);
    beyond = List.copyOf(beyond);
    deferred = List.copyOf(deferred);
  }

  /** A plan that holds nothing back. */
  public Plan(List<S> steps, Optional<Wait> awaiting, List<String> beyond) {
    this(steps, awaiting, beyond, List.of());
  }

  public static <S extends Step> Plan<S> empty() {
    return new Plan<>(List.of(), Optional.empty(), List.of());
  }

  public static <S extends Step> Plan<S> of(List<S> steps) {
    return new Plan<>(steps, Optional.empty(), List.of());
  }

  public static <S extends Step> Plan<S> waiting(Wait wait) {
    return new Plan<>(List.of(), Optional.of(wait), List.of());
  }

  public boolean isEmpty() {
    return steps.isEmpty() && awaiting.isEmpty() && deferred.isEmpty();
  }
}
