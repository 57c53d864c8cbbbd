package dev.pglet.reconcile.engine.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TestDependencyGraph {
  private static final List<ResourceKey> KEYS =
      List.of(key("a"), key("b"), key("c"), key("d"), key("e"));

  private static ResourceKey key(String name) {
    return new ResourceKey("Box", "default", name);
  }

  /** Against two plain maps that are searched. */
  @Test
  void namesWhoeverDependsOnOneOrWaitsForItHoweverThatCameAbout() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    DependencyGraph graph = new DependencyGraph();
    Map<ResourceKey, Set<ResourceKey>> depends = new HashMap<>();
    Map<ResourceKey, ResourceKey> waits = new HashMap<>();
    for (int i = 0; i < 2000; i++) {
      ResourceKey key = KEYS.get(random.nextInt(KEYS.size()));
      ResourceKey other = KEYS.get(random.nextInt(KEYS.size()));
      switch (random.nextInt(5)) {
        case 0 -> {
          graph.forget(key);
          depends.remove(key);
          waits.remove(key);
        }
        case 1 -> {
          graph.waitsFor(key, Optional.of(other));
          waits.put(key, other);
        }
        case 2 -> {
          graph.waitsFor(key, Optional.empty());
          waits.remove(key);
        }
        default -> {
          Set<ResourceKey> on = new HashSet<>(KEYS.subList(0, random.nextInt(KEYS.size())));
          graph.dependsOn(key, on);
          depends.put(key, on);
        }
      }
      for (ResourceKey each : KEYS) {
        Set<ResourceKey> concerned = new TreeSet<>();
        KEYS.stream()
            .filter(one -> depends.getOrDefault(one, Set.of()).contains(each))
            .forEach(concerned::add);
        KEYS.stream().filter(one -> each.equals(waits.get(one))).forEach(concerned::add);
        concerned.remove(each);
        assertThat(List.copyOf(graph.dependents(each)))
            .as("seed %d, after %d", seed, i)
            .containsExactlyElementsOf(concerned);
        assertThat(graph.dependencies(each)).isEqualTo(depends.getOrDefault(each, Set.of()));
      }
    }
  }
}
