package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A read-only view of accepted resources, their conditions and the facts that their controllers
 * publish. Each call may see a newer state than the one before.
 */
public interface World {
  /** The keys of all accepted resources of one kind that are not being deleted. */
  Set<ResourceKey> keys(String kind);

  /** The last accepted resource with that key; also while it is being deleted. */
  <R extends CustomResource<?, ?>> Optional<R> resource(ResourceKey key, Class<R> type);

  /** The conditions of the last pass; empty before the first. */
  List<Condition> conditions(ResourceKey key);

  /**
   * The newest observation of that resource by its own controller, if there is one and it is of
   * that type. May be as old as the last pass.
   */
  <O> Optional<O> observed(ResourceKey key, Class<O> type);
}
