package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.Conditions;

/**
 * A condition that only one kind has, such as {@code RestartPending}. The engine adds when it
 * began.
 *
 * @param type CamelCase, and none of those that every kind has
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason CamelCase
 * @param message for people; without numbers that tick
 */
public record KindCondition(String type, String status, String reason, String message) {
  public KindCondition {
    requireNonNull(type, "type is null");
    requireNonNull(status, "status is null");
    requireNonNull(reason, "reason is null");
    requireNonNull(message, "message is null");
  }

  public static KindCondition yes(String type, String reason, String message) {
    return new KindCondition(type, Conditions.TRUE, reason, message);
  }

  public static KindCondition no(String type, String reason, String message) {
    return new KindCondition(type, Conditions.FALSE, reason, message);
  }
}
