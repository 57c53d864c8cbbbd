package dev.pglet.host.port;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;

/** The ports that belong to servers, also to those that do not run: from the volumes' markers. */
@FunctionalInterface
public interface PortClaims {
  List<Claim> claims() throws ReconcileException;

  /** A port that belongs to a resource. */
  record Claim(int port, String uid, ResourceKey key) {}
}
