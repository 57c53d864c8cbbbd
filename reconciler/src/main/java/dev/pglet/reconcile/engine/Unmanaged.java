package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.state.InventoryEntry;

/**
 * Something that is there, and that no manifest of the watched root is about.
 *
 * @param root the manifest root that it was made for
 * @param retained its manifest was deleted and the data kept
 * @param place where it lies, such as a directory; empty when nothing was found on the host
 * @param explanation for people: why it is unmanaged and what to do with it
 */
public record Unmanaged(
    ResourceKey key, String uid, String root, boolean retained, String place, String explanation) {
  static Unmanaged of(InventoryEntry entry, String watchedRoot, String place) {
    return new Unmanaged(
        entry.key(),
        entry.identity().uid(),
        entry.root(),
        entry.retained(),
        place,
        explanation(entry, watchedRoot));
  }

  private static String explanation(InventoryEntry entry, String watchedRoot) {
    ResourceKey key = entry.key();
    if (entry.retained()) {
      return "its manifest was deleted and its data kept. To resume it, put the manifest back into %s or run: pglet adopt %s; to remove its data: pglet delete --data %s"
          .formatted(entry.root(), key, key);
    }
    if (!entry.root().equals(watchedRoot)) {
      return "it belongs to the manifests in %s. To manage it, run pglet on them; to manage it with the manifests in %s: pglet adopt %s"
          .formatted(entry.root(), watchedRoot, key);
    }
    return "its manifest is not in %s. To manage it, put the manifest back or run: pglet adopt %s"
        .formatted(entry.root(), key);
  }
}
