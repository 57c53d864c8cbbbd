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
   * Asks for a pass of a resource soon, at the priority of an edit. Does nothing for an unknown
   * key.
   */
  void wake(ResourceKey key);
}
