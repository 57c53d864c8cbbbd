package dev.pglet.reconcile;

import org.jspecify.annotations.Nullable;

/** The host cannot do or show it now. Tried again with backoff. */
public final class HostUnavailable extends ReconcileException {
  private static final long serialVersionUID = 1L;

  public HostUnavailable(String reason, String message, String remedy) {
    super(reason, message, remedy, null);
  }

  public HostUnavailable(String reason, String message, String remedy, @Nullable Throwable cause) {
    super(reason, message, remedy, cause);
  }
}
