package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Origin;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.state.Inventory;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the absence of a manifest says that somebody has removed it. It does so only in the
 * directory in which none was missing before: what a directory lacks that has taken the place of
 * another, or of which all went at once, may well stand somewhere else. The inventory remembers
 * that directory, so a restart ends no doubt: only the manifests end it, or the confirmed deletion
 * of what is missing.
 */
record RootDoubt(Inventory inventory, String root) {
  /** To be called with each scan before anything of it is admitted. */
  void look(Snapshot snapshot) throws HostUnavailable {
    if (snapshot.origin().isEmpty()) {
      inventory.whole(root, Optional.empty());
    } else if (!inventory.knows(root)) {
      // What there will be comes from there.
      inventory.whole(root, snapshot.origin().map(Origin::text));
    }
  }

  /**
   * Why a complete scan does not tell that the missing ones were removed.
   *
   * @param missing all whose manifests are missing, and that could be deleted for it
   */
  Optional<String> about(Snapshot snapshot, Set<ResourceKey> missing) throws HostUnavailable {
    if (missing.isEmpty()) {
      if (snapshot.complete() && snapshot.origin().isPresent()) {
        inventory.whole(root, snapshot.origin().map(Origin::text));
      }
      return Optional.empty();
    }
    if (snapshot.origin().isEmpty()) {
      return Optional.of(root + " holds no manifest at all any more");
    }
    Optional<Origin> whole = inventory.whole(root).map(Origin::new);
    return whole.filter(snapshot.origin().get()::isSame).isPresent()
        ? Optional.empty()
        : Optional.of(
            root
                + " may be another directory than the one that had them (it was replaced, or could"
                + " not be read for a while)");
  }
}
