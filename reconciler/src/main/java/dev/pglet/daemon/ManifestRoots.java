package dev.pglet.daemon;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.daemon.settings.HostUser;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.Scheduler;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens manifest directories with the trust that fits this process. */
final class ManifestRoots {
  private ManifestRoots() {}

  static ManifestSource open(
      Path root, KindRegistry kinds, InstantSource clock, Scheduler scheduler, HostUser user) {
    TrustRule trust = user.isRoot() ? TrustRule.ofRoot() : TrustRule.ofOrdinaryUser();
    return new ManifestDirectory(root, kinds, clock, trust, scheduler::schedule);
  }
}
