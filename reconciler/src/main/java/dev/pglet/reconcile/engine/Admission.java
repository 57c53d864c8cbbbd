package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.edit.StatusRemoval;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.engine.store.ApiObjects;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.StateDirectory;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What an accepted manifest and the inventory say together: which uid and generation the resource
 * has, and whether it is this root's at all. Changes neither.
 */
record Admission(StateDirectory state, InstantSource clock, String root) {
  Tracked tracked(Manifest manifest) {
    Optional<InventoryEntry> known = state.inventory().find(manifest.key());
    Tracked tracked = supposing(manifest, known);
    if (tracked.blocked().isEmpty() && known.filter(Admission::ended).isPresent()) {
      state
          .events()
          .add(
              manifest.key(),
              Event.Type.NORMAL,
              "Resumed",
              manifest.key() + " is back and resumes what was kept of it");
    }
    return tracked;
  }

  private static boolean ended(InventoryEntry entry) {
    return entry.tombstone().isPresent() || entry.retained();
  }

  /** What a manifest would make of what is known. Nobody hears of it. */
  Tracked supposing(Manifest manifest, Optional<InventoryEntry> known) {
    if (known.isPresent() && !known.get().root().equals(root)) {
      return blocked(manifest, known.get().root());
    }
    ObjectNode remembered = ApiObjects.remembered(manifest.resource());
    InventoryEntry entry = known.orElseGet(() -> created(manifest.key()));
    if (ended(entry)
        || !entry.specHash().equals(manifest.specHash())
        || entry.resource().filter(remembered::equals).isEmpty()
        || !entry.file().equals(manifest.file().toString())
        || !isText(entry.document(), manifest.text())) {
      entry =
          entry.accepting(
              manifest.specHash(),
              StatusRemoval.of(manifest.text()),
              manifest.file().toString(),
              remembered);
    }
    return fresh(entry, manifest.resource(), Optional.of(manifest), Optional.empty());
  }

  /** Whether a text is what is remembered of it, told without parsing it where that can be seen. */
  private static boolean isText(String remembered, String text) {
    String own = remembered.stripTrailing();
    if (text.startsWith(own)) {
      String rest = text.substring(own.length()).stripLeading();
      if (rest.isEmpty()
          || (rest.startsWith("status:")
              && rest.lines().skip(1).allMatch(line -> line.isBlank() || line.startsWith(" ")))) {
        return true;
      }
    }
    return StatusRemoval.of(text).stripTrailing().equals(own);
  }

  /**
   * A document whose spec cannot be put together: its metadata, and the spec that was last accepted
   * for its key. Empty when there is none here.
   */
  Optional<Tracked> asItWas(Manifest manifest, ApiObjects objects) {
    Optional<InventoryEntry> known =
        state.inventory().find(manifest.key()).filter(entry -> entry.root().equals(root));
    Optional<CustomResource<?, ?>> recalled = known.flatMap(objects::recalled);
    if (recalled.isEmpty()) {
      return Optional.empty();
    }
    InventoryEntry entry = known.get();
    String file = manifest.file().toString();
    if (ended(entry) || !entry.file().equals(file)) {
      entry =
          entry.accepting(entry.specHash(), entry.document(), file, entry.resource().orElseThrow());
    }
    CustomResource<?, ?> resource = recalled.get();
    resource.setMetadata(manifest.resource().getMetadata());
    return Optional.of(fresh(entry, resource, Optional.of(manifest), Optional.empty()));
  }

  private InventoryEntry created(ResourceKey key) {
    return InventoryEntry.unread(
        key, new Identity(UUID.randomUUID().toString(), 1), root, clock.instant(), false);
  }

  /** Its entry is nobody's: what another root owns is not even remembered anew. */
  private Tracked blocked(Manifest manifest, String owner) {
    String name = root + "\n" + manifest.key();
    InventoryEntry entry =
        new InventoryEntry(
            manifest.key(),
            new Identity(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(), 1),
            root,
            manifest.specHash(),
            manifest.text(),
            manifest.file().toString(),
            Optional.empty(),
            clock.instant(),
            Optional.empty(),
            false,
            Optional.empty(),
            Set.of());
    Refused refused =
        new Refused(
            "OwnedByAnotherRoot",
            "%s exists already, by a manifest in %s".formatted(manifest.key(), owner),
            "Give this one another name, edit the manifest in %s, or take over what is there: pglet adopt %s"
                .formatted(owner, manifest.key()));
    return fresh(entry, manifest.resource(), Optional.of(manifest), Optional.of(refused));
  }

  /** A resource of which nothing has been seen yet. */
  static Tracked fresh(
      InventoryEntry entry,
      CustomResource<?, ?> resource,
      Optional<Manifest> manifest,
      Optional<Refused> blocked) {
    return new Tracked(
        entry.key(),
        entry,
        ApiObjects.identified(resource, entry.identity()),
        manifest,
        0,
        blocked,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        0);
  }
}
