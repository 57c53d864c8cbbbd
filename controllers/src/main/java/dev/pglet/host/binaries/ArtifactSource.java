package dev.pglet.host.binaries;

import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Path;

/** Where artifacts of embedded binaries come from. */
@FunctionalInterface
interface ArtifactSource {
  /**
   * Gets the artifact as a local file, fetching it when needed. Says nothing of its checksum.
   *
   * @param artifactVersion such as {@code 17.6.0}
   * @throws HostUnavailable when it cannot be had
   */
  Path get(Architecture architecture, String artifactVersion) throws HostUnavailable;
}
