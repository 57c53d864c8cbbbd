package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
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

  /** The same, with the field of the manifest that is to blame. */
  public HostUnavailable at(String field) {
    blame(field);
    return this;
  }

  /** The same, with the other resource that wants the same: the engine says where it is written. */
  public HostUnavailable against(ResourceKey rival) {
    opposes(rival);
    return this;
  }
}
