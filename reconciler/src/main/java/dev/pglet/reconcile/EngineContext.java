package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import java.time.InstantSource;

/** What the engine gives to a kind when it is built. */
public interface EngineContext {
  Settings settings();

  /** All time comes from here and from {@link #scheduler()}; both are virtual in tests. */
  InstantSource clock();

  Scheduler scheduler();

  Operations operations();

  /**
   * What kinds of one host have in common, such as the ports that they have reserved: made by the
   * first that asks, the same object for all who ask by that type. Lives as long as the engine.
   *
   * @throws ReconcileException what the maker threw; the next who asks tries again
   */
  <T> T shared(Class<T> type, Maker<T> make) throws ReconcileException;

  /** Makes what is shared; it may find that the host cannot do it. */
  @FunctionalInterface
  interface Maker<T> {
    T make() throws ReconcileException;
  }

  /**
   * Whether steps are ever executed. Else somebody only looks, or cleans up: nothing is made for
   * it, not even an account.
   */
  boolean executes();

  /** Tells people at once, in one line, of a lasting change of the host that no step makes. */
  void announce(String change);

  /**
   * Asks for a pass of a resource soon, at the priority of an edit. Does nothing for an unknown
   * key.
   */
  void wake(ResourceKey key);

  /**
   * How many resources in use steps of {@link Risk#RESTART} may concern at once, from now on; 1
   * until somebody says otherwise. What is deleted, or down anyway, is not counted.
   *
   * @throws IllegalArgumentException when it is below 1
   */
  void maxConcurrentRestarts(int most);
}
