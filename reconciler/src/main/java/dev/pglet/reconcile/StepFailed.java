package dev.pglet.reconcile;

import org.jspecify.annotations.Nullable;

/** A step did not work. Tried again with backoff, from a fresh observation. */
public final class StepFailed extends ReconcileException {
  private static final long serialVersionUID = 1L;

  public StepFailed(String reason, String message, String remedy) {
    super(reason, message, remedy, null);
  }

  public StepFailed(String reason, String message, String remedy, @Nullable Throwable cause) {
    super(reason, message, remedy, cause);
  }

  /** The same, with the field of the manifest that is to blame. */
  public StepFailed at(String field) {
    blame(field);
    return this;
  }
}
