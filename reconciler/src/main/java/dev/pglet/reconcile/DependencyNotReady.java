package dev.pglet.reconcile;

import org.jspecify.annotations.Nullable;

/** Something else must be there first. Tried again when it changes; not counted as an error. */
public final class DependencyNotReady extends ReconcileException {
  private static final long serialVersionUID = 1L;

  public DependencyNotReady(String reason, String message, String remedy) {
    super(reason, message, remedy, null);
  }

  public DependencyNotReady(
      String reason, String message, String remedy, @Nullable Throwable cause) {
    super(reason, message, remedy, cause);
  }

  /** The same, with the field of the manifest that is to blame. */
  public DependencyNotReady at(String field) {
    blame(field);
    return this;
  }
}
