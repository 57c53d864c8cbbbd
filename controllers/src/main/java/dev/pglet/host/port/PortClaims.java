package dev.pglet.host.port;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;

/** The ports that belong to servers, also to those that do not run: from the volumes' markers. */
@FunctionalInterface
public interface PortClaims {
  List<Claim> claims() throws ReconcileException;

  /**
   * A port that belongs to a resource.
   *
   * @param foreign whether that resource is another data root's
   */
  record Claim(int port, String uid, ResourceKey key, boolean foreign) {
    /** One of this data root. */
    public Claim(int port, String uid, ResourceKey key) {
      this(port, uid, key, false);
    }
  }
}
