package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.engine.preview.Differences;
import dev.pglet.reconcile.engine.preview.Previews;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What would be done if something were wanted. Changes nothing, and nobody hears of it.
 *
 * @param inForce what was last accepted, which a daemon has made so or is about to
 */
record WhatIf(Assembly assembly, Function<ResourceKey, Optional<InventoryEntry>> inForce) {
  /** A document as it was understood. */
  Manifest read(ResourceKey key, String document) throws ManifestRejected {
    Manifest manifest = assembly.parts().manifests().read(document);
    if (!manifest.key().equals(key)) {
      throw new ManifestRejected(
          List.of(
              manifest.problem(
                  "metadata.name", "is about %s, not %s".formatted(manifest.key(), key))));
    }
    return manifest;
  }

  /** What accepting a manifest would lead to. */
  Preview accepted(Manifest manifest) {
    Optional<InventoryEntry> before = inForce.apply(manifest.key());
    Admission admission =
        new Admission(
            assembly.state(),
            assembly.parts().clock(),
            assembly.parts().manifests().root().toString());
    Tracked wanted = admission.supposing(manifest, before);
    return previews()
        .of(
            wanted,
            before.isEmpty(),
            Differences.between(
                before.map(this::object).orElseGet(JsonNodeFactory.instance::objectNode),
                assembly.objects().object(wanted)));
  }

  /** As it was written; without a spec when that was lost. */
  private ObjectNode object(InventoryEntry entry) {
    return assembly
        .objects()
        .recalled(entry)
        .map(resource -> Admission.fresh(entry, resource, Optional.empty(), Optional.empty()))
        .map(assembly.objects()::object)
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  /** What is left to do by the spec in force. */
  Optional<Preview> unchanged(ResourceKey key) {
    return assembly.table().find(key).map(tracked -> previews().of(tracked, false, List.of()));
  }

  /** What deleting it would lead to. */
  Optional<Preview> deleted(ResourceKey key) {
    Tombstone tombstone = new Tombstone(assembly.parts().clock().instant(), "if it were deleted");
    return assembly
        .table()
        .find(key)
        .map(tracked -> previews().of(tracked.deletedFor(tombstone), false, List.of()));
  }

  /** See {@link dev.pglet.reconcile.Resources#settings}. */
  Optional<List<WantedSetting>> settings(ResourceKey key) throws ReconcileException {
    Optional<Tracked> tracked = assembly.table().find(key);
    if (tracked.isEmpty()) {
      return Optional.empty();
    }
    if (tracked.get().blocked().isPresent()) {
      throw tracked.get().blocked().get();
    }
    return Optional.of(assembly.kind(key).settings(tracked.get(), assembly.table()));
  }

  private Previews previews() {
    return new Previews(assembly.kinds(), assembly.table());
  }
}
