package dev.pglet.reconcile.engine.store;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that is known of one resource at one time.
 *
 * @param resource the last accepted one; its metadata has uid and generation
 * @param manifest the document in force; empty when it is gone
 * @param edit higher after each change by the user, of the spec, an annotation or by deletion
 * @param blocked why it must not be touched by this engine at all
 * @param observed what its controller last saw; empty before the first pass
 * @param status of the last pass, with conditions; empty before the first
 * @param conditions of the last pass; empty before the first
 * @param resourceVersion of the last change that can be seen in the object
 */
public record Tracked(
    ResourceKey key,
    InventoryEntry entry,
    CustomResource<?, ?> resource,
    Optional<Manifest> manifest,
    long edit,
    Optional<Refused> blocked,
    Optional<Object> observed,
    Optional<ObjectNode> status,
    List<Condition> conditions,
    long resourceVersion) {
  private static final String PAUSED = "pglet.dev/paused";
  private static final String CONFIRM = Preview.CONFIRM;

  public Tracked {
    requireNonNull(key, "key is null");
    requireNonNull(entry, "entry is null");
    requireNonNull(resource, "resource is null");
    conditions = List.copyOf(conditions);
  }

  public boolean deleting() {
    return entry.tombstone().isPresent();
  }

  /** Whether the user asked to leave it alone. A deletion goes on all the same. */
  public boolean paused() {
    return !deleting() && "true".equals(annotations().get(PAUSED));
  }

  /** The plan id that the user confirmed. */
  public Optional<String> confirmed() {
    return Optional.ofNullable(annotations().get(CONFIRM));
  }

  private Map<String, String> annotations() {
    Map<String, String> annotations = resource.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }

  /** The same as if its deletion had begun. */
  public Tracked deletedFor(Tombstone reason) {
    return remembering(entry.deletedFor(reason));
  }

  Tracked observing(Object newest) {
    return new Tracked(
        key,
        entry,
        resource,
        manifest,
        edit,
        blocked,
        Optional.of(newest),
        status,
        conditions,
        resourceVersion);
  }

  Tracked reporting(ObjectNode newStatus, List<Condition> newConditions, long newVersion) {
    return new Tracked(
        key,
        entry,
        resource,
        manifest,
        edit,
        blocked,
        observed,
        Optional.of(newStatus),
        newConditions,
        newVersion);
  }

  Tracked remembering(InventoryEntry newEntry) {
    return new Tracked(
        key,
        newEntry,
        resource,
        manifest,
        edit,
        blocked,
        observed,
        status,
        conditions,
        resourceVersion);
  }
}
