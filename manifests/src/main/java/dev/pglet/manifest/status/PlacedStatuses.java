package dev.pglet.manifest.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Manifests whose statuses are written in one of the modes. Thread-safe. */
final class PlacedStatuses implements ManifestSource {
  private final StatusMode mode;
  private final ManifestSource manifests;
  private final StatusFiles sidecars;
  private volatile Map<ResourceKey, Manifest> accepted = Map.of();

  PlacedStatuses(StatusMode mode, ManifestSource manifests, StatusFiles sidecars) {
    this.mode = mode;
    this.manifests = manifests;
    this.sidecars = sidecars;
  }

  @Override
  public Path root() {
    return manifests.root();
  }

  /** Nobody keeps the sidecars of what is gone true, nor those of another mode. */
  @Override
  public Snapshot scan() {
    Snapshot snapshot = manifests.scan();
    accepted = snapshot.accepted();
    if (snapshot.complete()) {
      sidecars.keep(mode == StatusMode.SIDECAR ? snapshot.accepted().keySet() : Set.of());
    }
    return snapshot;
  }

  @Override
  public void doubt(List<Rejected> cutOff) {
    manifests.doubt(cutOff);
  }

  @Override
  public void requireNotCutOff(ResourceKey key) throws ManifestRejected {
    manifests.requireNotCutOff(key);
  }

  @Override
  public boolean isAccepted(Set<Path> paths) {
    return manifests.isAccepted(paths);
  }

  @Override
  public Duration quiet(ResourceKey key) {
    return manifests.quiet(key);
  }

  @Override
  public Optional<String> text(Path file) {
    return manifests.text(file);
  }

  @Override
  public StatusWrite writeStatus(ResourceKey key, ObjectNode status, VolatileFields unimportant)
      throws IOException, ManifestRejected {
    return switch (mode) {
      case INLINE -> manifests.writeStatus(key, status, unimportant);
      case NONE -> StatusWrite.EQUAL;
      case SIDECAR -> {
        Manifest manifest = accepted.get(key);
        yield manifest == null
            ? StatusWrite.DROPPED
            : sidecars.write(manifest, status, unimportant);
      }
    };
  }

  @Override
  public Manifest read(String document) throws ManifestRejected {
    return manifests.read(document);
  }

  @Override
  public Written apply(String document) throws IOException, ManifestRejected {
    return manifests.apply(document);
  }

  @Override
  public Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws IOException, ManifestRejected {
    return manifests.patch(key, patch, review);
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws IOException, ManifestRejected {
    return manifests.document(key);
  }

  @Override
  public Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected {
    return manifests.replace(key, expected, document);
  }

  @Override
  public Written delete(ResourceKey key) throws IOException, ManifestRejected {
    return manifests.delete(key);
  }
}
