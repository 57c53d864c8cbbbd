package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import java.util.Set;

/**
 * One act of a plan. Implemented by sealed records: equal by value, printable. A step carries its
 * target, a secret's reference or a keyed hash, never a password or a verifier.
 */
public interface Step {
  /** CamelCase and constant for the kind of step: used as a metric's tag. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** One line for people, in the present participle: "starting the server on port 5432". */
  String describe();

  /** What it can do to a resource in use. Without a default, so that no kind forgets to say it. */
  Risk risk();

  /**
   * Whether it waits for its turn where a resource in use is interrupted and comes back, so that a
   * change that concerns many does not interrupt all at once. What is meant to stay down does not
   * wait: somebody wants it down now.
   */
  default boolean staggered() {
    return risk() == Risk.RESTART;
  }

  /** How often it is tried at once, before the pass fails and the key waits. */
  default Retry retry() {
    return Retry.NONE;
  }

  /**
   * Keys that no other step may touch meanwhile, such as a parent that is being copied. The
   * resource's own key is always held. Taken in canonical order.
   */
  default Set<ResourceKey> holds() {
    return Set.of();
  }
}
