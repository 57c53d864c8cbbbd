package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Why a pass could not go on. The message says the thing, the place and what is wrong; the remedy
 * says what to do. Conditions are built from those, never from a stranger's message.
 */
public abstract sealed class ReconcileException extends Exception
    permits InvalidSpec, DependencyNotReady, HostUnavailable, StepFailed, Refused {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String remedy;

  ReconcileException(String reason, String message, String remedy, @Nullable Throwable cause) {
    super(requireNonNull(message, "message is null"), cause);
    this.reason = requireNonNull(reason, "reason is null");
    this.remedy = requireNonNull(remedy, "remedy is null");
  }

  /** CamelCase. */
  public String reason() {
    return reason;
  }

  /** What the user can do, as a sentence; empty when nothing but waiting helps. */
  public String remedy() {
    return remedy;
  }

  /** Message and remedy in one line. */
  public String explain() {
    return remedy.isEmpty() ? getMessage() : getMessage() + ". " + remedy;
  }

  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage());
  }
}
