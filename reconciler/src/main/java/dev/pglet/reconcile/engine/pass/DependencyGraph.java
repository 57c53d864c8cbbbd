package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.ResourceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is woken by whom: a resource by those it depends on, and by the one that it waits for.
 * Thread-safe.
 */
public final class DependencyGraph {
  private final Links dependencies = new Links();
  private final Links waits = new Links();

  public synchronized void dependsOn(ResourceKey key, Set<ResourceKey> on) {
    dependencies.put(key, on);
  }

  public synchronized void waitsFor(ResourceKey key, Optional<ResourceKey> on) {
    waits.put(key, on.map(Set::of).orElse(Set.of()));
  }

  public synchronized void forget(ResourceKey key) {
    dependencies.put(key, Set.of());
    waits.put(key, Set.of());
  }

  public synchronized Set<ResourceKey> dependencies(ResourceKey key) {
    return dependencies.from(key);
  }

  /** Those whom a change of that resource concerns, in the order of keys. */
  public synchronized Set<ResourceKey> dependents(ResourceKey key) {
    Set<ResourceKey> concerned = new TreeSet<>(dependencies.to(key));
    concerned.addAll(waits.to(key));
    concerned.remove(key);
    return concerned;
  }

  /** Found from both ends: each change of a status asks who depends on that one. */
  private static final class Links {
    private final Map<ResourceKey, Set<ResourceKey>> from = new HashMap<>();
    private final Map<ResourceKey, Set<ResourceKey>> to = new HashMap<>();

    /** In place of all that there were from that one. */
    void put(ResourceKey key, Set<ResourceKey> on) {
      from(key).forEach(other -> drop(key, other));
      if (on.isEmpty()) {
        from.remove(key);
      } else {
        from.put(key, Set.copyOf(on));
        on.forEach(other -> to.computeIfAbsent(other, _ -> new HashSet<>()).add(key));
      }
    }

    private void drop(ResourceKey key, ResourceKey other) {
      to.computeIfPresent(
          other,
          (_, those) -> {
            those.remove(key);
            return those.isEmpty() ? null : those;
          });
    }

    Set<ResourceKey> from(ResourceKey key) {
      return from.getOrDefault(key, Set.of());
    }

    Set<ResourceKey> to(ResourceKey key) {
      return to.getOrDefault(key, Set.of());
    }
  }
}
