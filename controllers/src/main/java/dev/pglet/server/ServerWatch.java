package dev.pglet.server;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.supervision.MinFree;
import java.util.Optional;

/** Notices that a watched server has died, and asks for a pass of its resource. Thread-safe. */
@FunctionalInterface
public interface ServerWatch {
  /** Watches that process for the resource, in place of the one before; none: nothing any more. */
  void watch(ResourceKey key, Optional<Postmaster> postmaster);

  /** Watches the space of the file systems that the server writes to; in place of those before. */
  default void watchDisk(ResourceKey key, ServerObserved observed, MinFree minimum) {}
}
