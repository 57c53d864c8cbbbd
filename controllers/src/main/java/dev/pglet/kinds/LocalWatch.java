package dev.pglet.kinds;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.postgres.PostmasterWatch;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerWatch;
import dev.pglet.supervision.DiskWatch;
import dev.pglet.supervision.MinFree;
import java.util.List;
import java.util.Optional;

/** The watches of this host: one look for all servers. Thread-safe. */
final class LocalWatch implements ServerWatch {
  private final PostmasterWatch postmasters;
  private final DiskWatch disks;

  LocalWatch(EngineContext context) {
    postmasters = new PostmasterWatch(context.scheduler(), context::wake);
    disks = new DiskWatch(context.scheduler(), context::wake);
  }

  @Override
  public void watch(ResourceKey key, Optional<Postmaster> postmaster) {
    postmaster.ifPresentOrElse(
        running -> postmasters.watch(key, running), () -> postmasters.forget(key));
  }

  @Override
  public void watchDisk(ResourceKey key, ServerObserved observed, MinFree minimum) {
    disks.watch(
        key,
        observed.volume().map(ServerObserved::directories).orElse(List.of()),
        minimum,
        observed.supervision().disk());
  }
}
