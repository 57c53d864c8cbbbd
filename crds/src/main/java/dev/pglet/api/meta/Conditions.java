package dev.pglet.api.meta;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.Collection;
import java.util.Optional;

/**
 * The condition types that every kind has, and how to read them. Only the engine writes conditions.
 */
public final class Conditions {
  /** Accepts connections, or whatever else a dependant needs. */
  public static final String AVAILABLE = "Available";

  /** Available, and nothing is left to do but steps deferred by policy or consent. */
  public static final String READY = "Ready";

  /** The plan is empty. */
  public static final String UP_TO_DATE = "UpToDate";

  /** Steps are being run, or will be tried again. */
  public static final String RECONCILING = "Reconciling";

  /** Nothing will happen until the user changes something; the message says what. */
  public static final String STALLED = "Stalled";

  public static final String PAUSED = "Paused";
  public static final String DELETING = "Deleting";

  public static final String TRUE = "True";
  public static final String FALSE = "False";
  public static final String UNKNOWN = "Unknown";

  private Conditions() {}

  public static Optional<Condition> find(Collection<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> condition.getType().equals(type)).findFirst();
  }

  /** True only when the condition is there and says {@code True}. */
  public static boolean isTrue(Collection<Condition> conditions, String type) {
    return find(conditions, type)
        .map(condition -> condition.getStatus().equals(TRUE))
        .orElse(false);
  }
}
