package dev.pglet.reconcile.engine.store;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.World;
import dev.pglet.reconcile.state.InventoryEntry;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The resources in memory. Every change that can be seen in an object gets a higher version and is
 * told to the watches in that order. Thread-safe.
 */
public final class ResourceTable implements World {
  private final ApiObjects objects;
  private final WatchHub watches;
  private final SortedMap<ResourceKey, Tracked> resources = new TreeMap<>();
  private Map<ResourceKey, String> notInForce = Map.of();

  public ResourceTable(ApiObjects objects, WatchHub watches) {
    this.objects = requireNonNull(objects, "objects is null");
    this.watches = requireNonNull(watches, "watches is null");
  }

  public synchronized Optional<Tracked> find(ResourceKey key) {
    return Optional.ofNullable(resources.get(key));
  }

  public synchronized List<Tracked> all() {
    return List.copyOf(resources.values());
  }

  /**
   * Takes in what has a newer manifest that is not in force.
   *
   * @param reasons for people, by the resource
   * @return those of which something else is true now
   */
  public synchronized Set<ResourceKey> notInForce(Map<ResourceKey, String> reasons) {
    Set<ResourceKey> changed = new TreeSet<>(reasons.keySet());
    changed.addAll(notInForce.keySet());
    changed.removeIf(key -> Objects.equals(reasons.get(key), notInForce.get(key)));
    notInForce = Map.copyOf(reasons);
    return changed;
  }

  /** Why its newest manifest is not in force; empty when it is. */
  public synchronized Optional<String> notInForce(ResourceKey key) {
    return Optional.ofNullable(notInForce.get(key));
  }

  /** Whether the user has changed the resource since it was seen with that edit. */
  public synchronized boolean changedSince(ResourceKey key, long edit) {
    Tracked now = resources.get(key);
    return now == null || now.edit() != edit;
  }

  /** Adds or replaces what manifest and inventory say; what was observed and reported is kept. */
  public synchronized void accept(Tracked newer) {
    Tracked before = resources.get(newer.key());
    boolean visible = before == null || !objects.sameSpec(before, newer);
    Tracked merged =
        new Tracked(
            newer.key(),
            newer.entry(),
            newer.resource(),
            newer.manifest(),
            before == null ? 1 : before.edit() + (visible ? 1 : 0),
            newer.blocked(),
            before == null ? newer.observed() : before.observed(),
            before == null ? newer.status() : before.status(),
            before == null ? newer.conditions() : before.conditions(),
            visible || before == null ? watches.nextVersion() : before.resourceVersion());
    resources.put(newer.key(), merged);
    if (visible) {
      publish(before == null ? ResourceChange.Type.ADDED : ResourceChange.Type.MODIFIED, merged);
    }
  }

  /** Publishes what a controller saw, for other controllers. */
  public synchronized void observed(ResourceKey key, Object observation) {
    replace(key, before -> before.observing(observation));
  }

  /** What the last pass reports. */
  public synchronized void report(ResourceKey key, ObjectNode status, List<Condition> conditions) {
    Tracked before = resources.get(key);
    if (before == null || before.status().filter(status::equals).isPresent()) {
      return;
    }
    Tracked after = before.reporting(status, conditions, watches.nextVersion());
    resources.put(key, after);
    publish(ResourceChange.Type.MODIFIED, after);
  }

  public synchronized void remember(InventoryEntry entry) {
    replace(entry.key(), before -> before.remembering(entry));
  }

  public synchronized void remove(ResourceKey key) {
    Tracked gone = resources.remove(key);
    if (gone != null) {
      watches.nextVersion();
      publish(ResourceChange.Type.DELETED, gone);
    }
  }

  private void replace(ResourceKey key, UnaryOperator<Tracked> change) {
    resources.computeIfPresent(key, (same, before) -> change.apply(before));
  }

  private void publish(ResourceChange.Type type, Tracked tracked) {
    watches.publish(
        new ResourceChange(type, tracked.key(), watches.version(), objects.object(tracked)));
  }

  /** Begins a watch of a kind: see {@link WatchHub#watch}. */
  public synchronized Optional<Runnable> watch(
      long since, String kind, Consumer<ResourceChange> listener) {
    return watches.watch(since, kind, () -> added(kind), listener);
  }

  private List<ResourceChange> added(String kind) {
    return resources.values().stream()
        .filter(tracked -> tracked.key().kind().equals(kind))
        .map(
            tracked ->
                new ResourceChange(
                    ResourceChange.Type.ADDED,
                    tracked.key(),
                    tracked.resourceVersion(),
                    objects.object(tracked)))
        .toList();
  }

  /** The objects of a kind. */
  public synchronized List<ObjectNode> objects(String kind) {
    return resources.values().stream()
        .filter(tracked -> tracked.key().kind().equals(kind))
        .map(objects::object)
        .toList();
  }

  public synchronized Optional<ObjectNode> object(ResourceKey key) {
    return find(key).map(objects::object);
  }

  @Override
  public synchronized Set<ResourceKey> keys(String kind) {
    return resources.values().stream()
        .filter(tracked -> tracked.key().kind().equals(kind))
        .filter(tracked -> !tracked.deleting() && tracked.blocked().isEmpty())
        .map(Tracked::key)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public <R extends CustomResource<?, ?>> Optional<R> resource(ResourceKey key, Class<R> type) {
    return find(key)
        .filter(tracked -> tracked.blocked().isEmpty())
        .map(Tracked::resource)
        .filter(type::isInstance)
        .map(type::cast);
  }

  @Override
  public List<Condition> conditions(ResourceKey key) {
    return find(key).map(Tracked::conditions).orElse(List.of());
  }

  @Override
  public <O> Optional<O> observed(ResourceKey key, Class<O> type) {
    return find(key).flatMap(Tracked::observed).filter(type::isInstance).map(type::cast);
  }
}
