package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import java.time.Instant;

/**
 * Something that happened to a resource. Equal happenings are one event with a count.
 *
 * @param reason CamelCase
 * @param message for people
 * @param count how often, from {@code first} to {@code last}
 */
public record Event(
    ResourceKey key,
    Type type,
    String reason,
    String message,
    Instant first,
    Instant last,
    long count) {
  /** Whether somebody should look. */
  public enum Type {
    NORMAL,
    WARNING
  }

  public Event {
    requireNonNull(key, "key is null");
    requireNonNull(type, "type is null");
    requireNonNull(reason, "reason is null");
    requireNonNull(message, "message is null");
  }
}
