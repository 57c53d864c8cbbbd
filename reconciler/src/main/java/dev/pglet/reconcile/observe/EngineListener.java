package dev.pglet.reconcile.observe;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.Optional;

/**
 * Live progress, for people who watch. Called on the engine's threads, for different keys at the
 * same time: returns soon. What it throws is logged and changes nothing.
 */
public interface EngineListener {
  /** Hears nothing. */
  EngineListener NONE = new EngineListener() {};

  default void passStarted(ResourceKey key) {}

  /**
   * A step begins.
   *
   * @param describe the step in the present participle, such as "starting the server on port 5432"
   */
  default void stepStarted(ResourceKey key, String describe) {}

  /**
   * A step has ended.
   *
   * @param step the step's name
   * @param error why it did not work; empty when it did
   */
  default void stepFinished(
      ResourceKey key, String step, Duration duration, Optional<ReconcileException> error) {}

  /** A condition's status or reason is another than before. */
  default void conditionChanged(ResourceKey key, Condition condition) {}

  /** The host was changed for good outside any step, such as by a new account. */
  default void announced(String change) {}

  /** How far an operation is, in its own unit; a total of 0 is unknown. */
  default void operationProgress(
      ResourceKey owner, String operation, String name, long done, long total) {}

  /**
   * Something is wrong that belongs to no resource, or to one that could not be accepted, such as a
   * bad file, suspended pruning or a damaged state directory.
   *
   * @param problem the thing, the place, what is wrong and what to do
   */
  default void problem(String problem) {}
}
