package dev.pglet.daemon;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.daemon.settings.HostUser;
import dev.pglet.manifest.ManagedManifests;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.git.GitManifests;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.UUID;

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

  /**
   * The user's manifests together with those that pglet keeps for their root in its data root.
   *
   * @param make whether the directory for those is made when there is none yet
   */
  static ManifestSource withManaged(
      ManifestSource user,
      Settings settings,
      KindRegistry kinds,
      InstantSource clock,
      Scheduler scheduler,
      HostUser account,
      boolean make)
      throws HostUnavailable {
    Path directory = settings.managed().resolve(name(user.root()));
    try {
      if (make && !Files.isDirectory(directory)) {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(
            settings.managed(), PosixFilePermissions.fromString("rwx------"));
      }
    } catch (IOException e) {
      throw new HostUnavailable(
          "DirectoryUnwritable",
          "%s cannot be made: %s".formatted(directory, e),
          "Make the data root writable for this user",
          e);
    }
    return Files.isDirectory(directory)
        ? new ManagedManifests(user, open(directory, kinds, clock, scheduler, account))
        : user;
  }

  /** Two roots of one name must not share a directory. */
  private static String name(Path root) {
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    return "%s-%s".formatted(root.getFileName(), UUID.nameUUIDFromBytes(path));
  }

  private static TrustRule trust(HostUser user) {
    return user.isRoot() ? TrustRule.ofRoot() : TrustRule.ofOrdinaryUser();
  }
}
