package dev.pglet.manifest.status;

import dev.pglet.manifest.ManifestSource;
import java.nio.file.Path;

/** Where statuses are written. The API and the command line show them in any case. */
public enum StatusMode {
  /** Into the manifest itself. */
  INLINE,
  /** Into a file of its own for each resource, in a directory of pglet's. */
  SIDECAR,
  /** Nowhere. */
  NONE;

  /**
   * The source that writes statuses in this way.
   *
   * @param directory of the sidecars; need not exist
   */
  public ManifestSource apply(ManifestSource manifests, Path directory) {
    return new PlacedStatuses(this, manifests, new StatusFiles(directory, manifests.root()));
  }
}
