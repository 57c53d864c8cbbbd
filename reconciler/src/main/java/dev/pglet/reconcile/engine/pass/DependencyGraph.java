package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.ResourceKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is woken by whom: a resource by those it depends on, and by the one that it waits for.
 * Thread-safe.
 */
public final class DependencyGraph {
  private final Map<ResourceKey, Set<ResourceKey>> dependencies = new HashMap<>();
  private final Map<ResourceKey, ResourceKey> waits = new HashMap<>();

  public synchronized void dependsOn(ResourceKey key, Set<ResourceKey> on) {
    dependencies.put(key, Set.copyOf(on));
  }

  public synchronized void waitsFor(ResourceKey key, Optional<ResourceKey> on) {
    on.ifPresentOrElse(other -> waits.put(key, other), () -> waits.remove(key));
  }

  public synchronized void forget(ResourceKey key) {
    dependencies.remove(key);
    waits.remove(key);
  }

  public synchronized Set<ResourceKey> dependencies(ResourceKey key) {
    return dependencies.getOrDefault(key, Set.of());
  }

  /** Those whom a change of that resource concerns, in the order of keys. */
  public synchronized Set<ResourceKey> dependents(ResourceKey key) {
    Set<ResourceKey> concerned = new TreeSet<>();
    dependencies.forEach(
        (other, on) -> {
          if (on.contains(key)) {
            concerned.add(other);
          }
        });
    waits.forEach(
        (other, on) -> {
          if (on.equals(key)) {
            concerned.add(other);
          }
        });
    concerned.remove(key);
    return concerned;
  }
}
