package dev.pglet.daemon;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.daemon.settings.HostUser;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.git.GitManifests;
import dev.pglet.reconcile.Scheduler;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens manifest directories with the trust that fits this process. */
final class ManifestRoots {
  private ManifestRoots() {}

  static ManifestSource open(
      Path root, KindRegistry kinds, InstantSource clock, Scheduler scheduler, HostUser user) {
    return new ManifestDirectory(root, kinds, clock, trust(user), scheduler::schedule);
  }

  /** For an engine, which writes statuses: git is told of them. */
  static GitManifests openToWrite(
      Path root, KindRegistry kinds, InstantSource clock, Scheduler scheduler, HostUser user) {
    return new GitManifests(
        open(root, kinds, clock, scheduler, user), trust(user), scheduler::schedule);
  }

  private static TrustRule trust(HostUser user) {
    return user.isRoot() ? TrustRule.ofRoot() : TrustRule.ofOrdinaryUser();
  }
}
