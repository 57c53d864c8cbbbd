package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Long work beside the workers: copies, backups, recoveries, upgrades. Each has a journal on disk,
 * written before the work begins, so that after a restart of the daemon {@code observe} finds it as
 * {@link OperationState.Interrupted}. Thread-safe.
 */
public interface Operations {
  /**
   * The state of an operation, running or ended; empty when none was started or it was forgotten.
   */
  Optional<OperationState> find(String id);

  /**
   * Writes the journal, takes the holds and starts the task on a thread of its own. When the task
   * ends the owner gets a pass. One that takes longer than it may is cancelled, later interrupted,
   * and fails with the reason {@code DeadlineExceeded}; until it reacts it runs, and keeps its
   * holds, for what it does must not be done twice at once. Does nothing when an operation with
   * that id is there already, in whatever state.
   *
   * @throws DependencyNotReady when a hold is taken by someone else
   * @throws HostUnavailable when the journal cannot be written; then nothing was started
   */
  void start(OperationRequest request, OperationTask task) throws ReconcileException;

  /** Asks a running operation to stop at its next safe point. Does nothing when it does not run. */
  void cancel(String id);

  /**
   * Removes an ended operation and its journal. A running one is an {@link IllegalStateException}.
   */
  void forget(String id) throws ReconcileException;

  /**
   * What to start.
   *
   * @param id unique in this data root, derived from uid and incarnation; part of the name of
   *     everything that the operation makes
   * @param owner gets a pass when the operation ends
   * @param name CamelCase, for people and metrics
   * @param inputs for the journal; no secrets
   * @param holds keys that no step may touch while it runs
   * @param limit how long it may take; it begins anew with each start
   */
  record OperationRequest(
      String id,
      ResourceKey owner,
      String name,
      Map<String, String> inputs,
      Set<ResourceKey> holds,
      Duration limit) {
    public OperationRequest {
      if (!limit.isPositive()) {
        throw new IllegalArgumentException("the limit of " + id + " is not positive: " + limit);
      }
      inputs = Map.copyOf(inputs);
      holds = Set.copyOf(holds);
    }
  }

  /** The work. Returns when done; leaves what it made behind when it throws. */
  @FunctionalInterface
  interface OperationTask {
    void run(OperationContext context) throws ReconcileException;
  }

  /** What running work may use. */
  interface OperationContext {
    /** Tells how far the work is, in its own unit, such as bytes. Cheap. */
    void progress(long done, long total);

    /** Whether to stop at the next safe point, by throwing: it was told to, or takes too long. */
    boolean cancelled();
  }

  /** Where an operation stands. */
  sealed interface OperationState {
    /**
     * It works.
     *
     * @param cancelled whether it was asked to stop
     */
    record Running(long done, long total, boolean cancelled) implements OperationState {}

    record Succeeded() implements OperationState {}

    record Failed(String reason, String message) implements OperationState {}

    /** The daemon ended while it ran. */
    record Interrupted() implements OperationState {}
  }
}
