package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.ResourceKey;
import java.time.Duration;

/** What a pass asks of those who decide when the next one is. */
public interface Wakeups {
  /**
   * The conditions of a resource are others than before: those who depend on it look again.
   *
   * @param becameAvailable they need not wait out their backoff either
   */
  void conditionsChanged(ResourceKey key, boolean becameAvailable);

  /** Another pass of that resource, and before it a scan of the manifests. */
  void rescanThenRetry(ResourceKey key, Duration after);
}
