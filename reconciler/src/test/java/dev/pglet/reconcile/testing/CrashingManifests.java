package dev.pglet.reconcile.testing;

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
import java.util.Optional;

/** Manifests whose writes pass by a crash point. */
record CrashingManifests(ManifestSource manifests, CrashPoint point) implements ManifestSource {
  @Override
  public Path root() {
    return manifests.root();
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
  public Snapshot scan() {
    return manifests.scan();
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
    point.reach("before the status of " + key);
    StatusWrite write = manifests.writeStatus(key, status, unimportant);
    point.reach("after the status of " + key);
    return write;
  }

  @Override
  public Manifest read(String document) throws ManifestRejected {
    return manifests.read(document);
  }

  @Override
  public Written apply(String document) throws IOException, ManifestRejected {
    point.reach("before an apply");
    Written written = manifests.apply(document);
    point.reach("after an apply");
    return written;
  }

  @Override
  public Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws IOException, ManifestRejected {
    point.reach("before patching " + key);
    Written written = manifests.patch(key, patch, review);
    point.reach("after patching " + key);
    return written;
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws IOException, ManifestRejected {
    return manifests.document(key);
  }

  @Override
  public Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected {
    point.reach("before replacing " + key);
    Optional<Written> written = manifests.replace(key, expected, document);
    point.reach("after replacing " + key);
    return written;
  }

  @Override
  public Written delete(ResourceKey key) throws IOException, ManifestRejected {
    point.reach("before removing the document of " + key);
    Written written = manifests.delete(key);
    point.reach("after removing the document of " + key);
    return written;
  }
}
