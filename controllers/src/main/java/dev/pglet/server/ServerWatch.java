package dev.pglet.server;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.postgres.Postmaster;
import java.util.Optional;

/** Notices that a watched server has died, and asks for a pass of its resource. Thread-safe. */
@FunctionalInterface
public interface ServerWatch {
  /** Watches that process for the resource, in place of the one before; none: nothing any more. */
  void watch(ResourceKey key, Optional<Postmaster> postmaster);
}
