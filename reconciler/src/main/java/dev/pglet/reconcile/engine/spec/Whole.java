package dev.pglet.reconcile.engine.spec;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Snapshot;
import java.util.Map;

/**
 * A scan whose accepted documents have their whole specs.
 *
 * @param snapshot with the whole specs; what has none counts as rejected
 * @param unresolved documents that are good in themselves, and whose specs cannot be put together:
 *     their last accepted specs stay in force
 */
public record Whole(Snapshot snapshot, Map<ResourceKey, Manifest> unresolved) {
  public Whole {
    unresolved = Map.copyOf(unresolved);
  }
}
