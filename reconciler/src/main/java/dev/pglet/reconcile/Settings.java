package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What guards the daemon itself: from flags, {@code PGLET_*} and the settings file, outside the
 * watched directory.
 *
 * @param dataRoot absolute: volumes, state, managed objects, binaries, secrets
 * @param runDirectory absolute: the API socket and the servers' sockets
 * @param account the account that servers run as when the daemon is root; absent for an ordinary
 *     user's daemon, whose servers run as that user
 * @param trustOnFirstUse whether binaries outside the checked-in catalogue may be fetched
 */
public record Settings(
    Path dataRoot, Path runDirectory, Optional<String> account, boolean trustOnFirstUse) {
  public Settings {
    requireNonNull(account, "account is null");
    if (!dataRoot.isAbsolute() || !runDirectory.isAbsolute()) {
      throw new IllegalArgumentException(
          "data root and run directory must be absolute: " + dataRoot + ", " + runDirectory);
    }
  }

  public Path volumes() {
    return dataRoot.resolve("volumes");
  }

  public Path state() {
    return dataRoot.resolve("state");
  }

  /** Statuses in files of their own, if they are written so. */
  public Path statuses() {
    return dataRoot.resolve("status");
  }

  public Path managed() {
    return dataRoot.resolve("managed");
  }

  public Path binaries() {
    return dataRoot.resolve("binaries");
  }

  /** Clusters as initdb left them, to be copied; may be removed at any time. */
  public Path clusters() {
    return dataRoot.resolve("clusters");
  }

  public Path secrets() {
    return dataRoot.resolve("secrets");
  }

  public Path apiSocket() {
    return runDirectory.resolve("pglet.sock");
  }
}
