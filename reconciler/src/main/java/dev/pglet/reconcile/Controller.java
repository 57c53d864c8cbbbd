package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One kind. The engine guarantees that there are never two passes at once for one key; passes of
 * different keys run at the same time, so a controller is thread-safe. The metadata of each {@code
 * resource} carries its uid and generation.
 *
 * @param <R> the resource
 * @param <T> its status; the controller leaves conditions and observedGeneration absent
 * @param <O> what was observed: an immutable record. Other controllers see it by {@link
 *     World#observed}
 * @param <S> the kind's steps: a sealed interface of records
 */
public interface Controller<R extends CustomResource<?, T>, T, O, S extends Step> {
  /** Resources whose change wakes this one. They never gate a pass. Pure. */
  Set<ResourceKey> dependencies(R resource);

  /**
   * Gathers everything that the planner needs to know of the host into one immutable record.
   * Changes nothing and spawns nothing.
   *
   * @throws InvalidSpec when the host shows that the spec cannot be
   * @throws HostUnavailable when the host cannot be read now
   */
  O observe(R resource, World world) throws ReconcileException;

  /** What is left to do. Pure: no clock, I/O, randomness or logging. */
  Plan<S> plan(R resource, O observed) throws InvalidSpec;

  /**
   * What is left to do when the manifest is gone, by the last accepted spec. Pure. An empty plan
   * without a wait means that the deletion is finished.
   */
  Plan<S> planDeletion(R resource, O observed);

  /**
   * As {@link #planDeletion}, where the user has asked for the data to go too: whatever the policy
   * of the spec says, nothing of it may be left. Pure. A kind that never keeps anything needs
   * nothing here.
   */
  default Plan<S> planDataDeletion(R resource, O observed) {
    return planDeletion(resource, observed);
  }

  /**
   * Does one step: one exhaustive switch. Idempotent: after a crash at any point the same step, or
   * the one that a new observation leads to, completes the work.
   */
  void execute(S step, StepContext context) throws ReconcileException;

  /** What to write back, without conditions and observedGeneration, which the engine adds. Pure. */
  T status(R resource, O observed);

  /**
   * Conditions that only this kind has, in the order in which people look for them; a type that is
   * not among them is not shown. Pure. None of them decides over {@code Ready}: what does is in the
   * plan.
   */
  default List<KindCondition> conditions(R resource, O observed) {
    return List.of();
  }

  /**
   * Fields of the status that change by themselves, such as sizes and ages, as JSON pointers;
   * {@code *} stands for every item of a list. They are seen in the API, and reach the file only
   * together with a change of something else.
   */
  default Set<String> volatileFields() {
    return Set.of();
  }

  /** Types of {@link #conditions} whose change from and to true is worth an event. */
  default Set<String> alerts() {
    return Set.of();
  }

  /**
   * Which data there is to lose: a consent that was given to lose other data, such as those before
   * a rebuild, does not count. Pure. Empty for a kind without data.
   */
  default String dataIdentity(R resource, O observed) {
    return "";
  }

  /**
   * What runs for the resource is configured by these, in the order of their names; none while that
   * cannot be known yet, and for a kind that runs nothing. Pure.
   */
  default List<WantedSetting> settings(R resource, O observed) {
    return List.of();
  }

  /** Whether the resource can be depended on, for instance accepts connections. Pure. */
  boolean available(R resource, O observed);

  /** What it shows of its resources to Prometheus; empty: nothing. Asked once, after the start. */
  default Optional<Exposition> exposition() {
    return Optional.empty();
  }

  /** The engine has ended: gives back what lives in this process only. Idempotent. */
  default void close() {}

  /**
   * All that exists on this host with our markers for this kind, whether or not a manifest names
   * it. Read once at start: from it the engine rebuilds a lost state directory, and resumes
   * retained data under the same uid.
   */
  List<Known> known() throws ReconcileException;

  /**
   * Whether something of one resource exists, asked when its deletion is finished.
   *
   * @throws ReconcileException when that is not certain, as something that may be of it cannot be
   *     read: it is not forgotten then
   */
  default boolean keeps(ResourceKey key) throws ReconcileException {
    return known().stream().anyMatch(known -> known.key().equals(key));
  }

  /**
   * Writes into all markers of a resource that it belongs to another manifest root, so that it does
   * so after the loss of the state directory too. Idempotent. A kind without markers needs nothing
   * here.
   */
  default void moveTo(Known known, String manifestRoot) throws ReconcileException {}

  /**
   * Removes all that this kind has on this data root, whatever manifest root it was made for: stops
   * what runs and removes volumes, secrets and files that carry our markers. Something without our
   * marker is left and named in the answer. Only {@code pglet cleanup} calls it, after asking the
   * user and under the lock of the data root, while no engine runs. Idempotent. A kind that makes
   * nothing on the host needs nothing here.
   *
   * @return one line for people per thing removed or left
   * @throws ReconcileException when something could not be removed; a further call goes on from
   *     there
   */
  default List<String> cleanup() throws ReconcileException {
    return List.of();
  }
}
