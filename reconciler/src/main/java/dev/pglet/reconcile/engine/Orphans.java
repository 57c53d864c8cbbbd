package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources.Applied;
import dev.pglet.reconcile.Resources.Change;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What the user asks for things that no manifest is about: to take them in, or to remove their
 * data. All under the lock of the intake, so that no scan sees half of it.
 */
record Orphans(Assembly assembly, Intake intake) {
  /**
   * Makes a resource one of this root's: writes the manifest that it had last into the root, unless
   * there is one already, and gives its data to it.
   *
   * @throws Refused when nothing is known of it, or not what its manifest was
   */
  Applied adopt(ResourceKey key) throws ReconcileException {
    synchronized (intake) {
      InventoryEntry entry = entry(key);
      Optional<Tracked> tracked = assembly.table().find(key);
      Optional<String> file =
          tracked.flatMap(Tracked::manifest).map(manifest -> manifest.file().toString());
      if (file.isPresent() && entry.root().equals(root())) {
        return new Applied(key, Change.UNCHANGED, file.get());
      }
      if (entry.tombstone().isPresent()) {
        throw new Refused(
            "BeingDeleted",
            key + " is being deleted: " + entry.tombstone().get().why(),
            "To keep what is left of it, put its manifest into " + entry.root());
      }
      // First the manifest: with it and without the rest nothing is lost, it is only refused.
      Applied applied =
          file.isPresent()
              ? new Applied(key, Change.CONFIGURED, file.get())
              : new Edits(assembly.parts().manifests()).apply(document(entry));
      for (Known known : assembly.known(key.kind())) {
        if (known.key().equals(key)) {
          assembly.kind(key).moveTo(known, root());
        }
      }
      if (tracked.flatMap(Tracked::blocked).isPresent()) {
        // With what was noted of the refusal: once the key is ours, nobody would look for that.
        intake.drop(key);
      }
      assembly.state().inventory().put(entry.belongingTo(root()));
      assembly
          .state()
          .events()
          .add(
              key,
              Event.Type.NORMAL,
              "Adopted",
              "%s belongs to the manifests in %s now".formatted(key, root()));
      return applied;
    }
  }

  private String root() {
    return assembly.parts().manifests().root().toString();
  }

  private String document(InventoryEntry entry) throws Refused {
    if (entry.document().isEmpty()) {
      throw new Refused(
          "ManifestUnknown",
          "%s is there, but its last manifest is not known any more".formatted(entry.key()),
          "Write a manifest for it into %s, then run pglet adopt %s again"
              .formatted(root(), entry.key()));
    }
    return entry.document();
  }

  /**
   * Removes the document, if there is one, and the resource with all its data, whatever its policy.
   *
   * @return false when there is no such resource, and no data of one
   */
  boolean deleteData(ResourceKey key) throws ReconcileException {
    synchronized (intake) {
      Optional<InventoryEntry> entry = assembly.state().inventory().find(key);
      if (entry.isEmpty()) {
        return false;
      }
      Optional<Tracked> tracked = assembly.table().find(key);
      if (tracked.flatMap(Tracked::blocked).isPresent()
          || (tracked.isEmpty() && !entry.get().retained())) {
        // A server of another root may be in use by somebody who does not know of this.
        throw new Refused(
            "NotManagedHere",
            "%s belongs to the manifests in %s, and nothing was deleted"
                .formatted(key, entry.get().root()),
            "Run pglet adopt %s first, or delete it where its manifest is".formatted(key));
      }
      Tombstone tombstone =
          new Tombstone(
              assembly.parts().clock().instant(), "it was deleted explicitly, with its data", true);
      if (tracked.isEmpty()) {
        intake.deleteKept(kept(entry.get()), tombstone);
        return true;
      }
      if (tracked.get().manifest().isPresent()) {
        removeDocument(key);
      }
      intake.delete(List.of(key), tombstone);
      return true;
    }
  }

  private void removeDocument(ResourceKey key) throws ReconcileException {
    try {
      assembly.parts().manifests().delete(key);
    } catch (IOException | ManifestRejected e) {
      throw new Refused(
          "ManifestUnwritable",
          "the manifest of %s cannot be removed: %s. Nothing was deleted"
              .formatted(key, e.getMessage()),
          "Make its file writable for the account of pglet, and try again",
          e);
    }
  }

  private Tracked kept(InventoryEntry entry) throws Refused {
    Optional<CustomResource<?, ?>> resource = assembly.objects().recalled(entry);
    if (resource.isEmpty()) {
      throw new Refused(
          "ManifestUnknown",
          "%s is there, but its last manifest is not known any more, and with it what all belongs to it"
              .formatted(entry.key()),
          "Put a manifest for it into %s, and delete it again once it is resumed"
              .formatted(entry.root()));
    }
    InventoryEntry mine = entry.belongingTo(root());
    return Admission.fresh(mine, resource.get(), Optional.empty(), Optional.empty());
  }

  private InventoryEntry entry(ResourceKey key) throws Refused {
    return assembly
        .state()
        .inventory()
        .find(key)
        .orElseThrow(
            () ->
                new Refused(
                    "NotFound",
                    "there is nothing of " + key + " on this host",
                    "See pglet get --orphans for what there is"));
  }
}
