package dev.pglet.template;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.World;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Resources that nobody has looked at yet. */
final class TestingWorld implements World {
  private final Map<ResourceKey, CustomResource<?, ?>> resources = new HashMap<>();

  /** Adds a resource of the namespace {@code default}. */
  <S, R extends CustomResource<S, ?>> R add(R resource, String name, S spec) {
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(ResourceKey.DEFAULT_NAMESPACE)
            .build());
    resource.setSpec(spec);
    resources.put(ResourceKey.of(resource.getKind(), name), resource);
    return resource;
  }

  void remove(ResourceKey key) {
    resources.remove(key);
  }

  @Override
  public Set<ResourceKey> keys(String kind) {
    return resources.keySet().stream()
        .filter(key -> key.kind().equals(kind))
        .collect(Collectors.toSet());
  }

  @Override
  public <R extends CustomResource<?, ?>> Optional<R> resource(ResourceKey key, Class<R> type) {
    return Optional.ofNullable(resources.get(key)).map(type::cast);
  }

  @Override
  public List<Condition> conditions(ResourceKey key) {
    return List.of();
  }

  @Override
  public <O> Optional<O> observed(ResourceKey key, Class<O> type) {
    return Optional.empty();
  }
}
