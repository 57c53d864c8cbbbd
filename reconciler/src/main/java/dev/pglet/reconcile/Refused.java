package dev.pglet.reconcile;

import org.jspecify.annotations.Nullable;

/** Needs the user's consent, or an explicit other way. Not tried until something changes. */
public final class Refused extends ReconcileException {
  private static final long serialVersionUID = 1L;

  public Refused(String reason, String message, String remedy) {
    super(reason, message, remedy, null);
  }

  public Refused(String reason, String message, String remedy, @Nullable Throwable cause) {
    super(reason, message, remedy, cause);
  }

  /** The same, with the field of the manifest that is to blame. */
  public Refused at(String field) {
    blame(field);
    return this;
  }
}
