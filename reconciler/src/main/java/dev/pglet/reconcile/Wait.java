package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import java.time.Duration;
import java.util.Optional;

/**
 * Why nothing more can be done now, and what ends the wait.
 *
 * @param reason CamelCase, for the condition
 * @param message for people: what is awaited
 * @param resource a change of this resource's conditions wakes the waiting one
 * @param atMost observe again after this time in any case
 */
public record Wait(String reason, String message, Optional<ResourceKey> resource, Duration atMost) {
  public Wait {
    requireNonNull(reason, "reason is null");
    requireNonNull(message, "message is null");
    requireNonNull(resource, "resource is null");
    requireNonNull(atMost, "atMost is null");
  }

  /** Observes again after a time. */
  public static Wait recheck(String reason, String message, Duration after) {
    return new Wait(reason, message, Optional.empty(), after);
  }

  /** Waits for another resource. */
  public static Wait on(ResourceKey resource, String reason, String message) {
    return new Wait(reason, message, Optional.of(resource), Duration.ofSeconds(60));
  }
}
