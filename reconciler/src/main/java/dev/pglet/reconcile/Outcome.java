package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import java.time.Duration;
import java.util.Optional;

/** How a pass ended. The worker's one switch turns it into what the queue does next. */
public sealed interface Outcome {
  /** Nothing left to do: observe again at the next resync. */
  record Converged() implements Outcome {}

  /** Waits, without error: observe again after a time, or when the resource changes. */
  record Waiting(String reason, String message, Duration after, Optional<ResourceKey> on)
      implements Outcome {}

  /** A newer spec came: again at once. */
  record Superseded() implements Outcome {}

  /** Nothing will help but the user: until the spec changes, or the next resync. */
  record Stalled(ReconcileException error) implements Outcome {}

  /** Failed: again with backoff, from a fresh observation. */
  record Failed(ReconcileException error) implements Outcome {}

  /** The deletion is finished: forget the key. */
  record Deleted() implements Outcome {}
}
