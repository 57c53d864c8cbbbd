package dev.pglet.reconcile.engine.spec;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Has those resources say something else of which something else is true, though no spec changed.
 *
 * @param changed makes the status of a resource anew
 */
public record Judgements(ResourceTable table, Consumer<ResourceKey> changed) {
  /** Says of what has a newer manifest that is not in force, why it is not. */
  public void judge(Snapshot snapshot) {
    Map<ResourceKey, String> notInForce = new TreeMap<>();
    for (Rejected rejected : snapshot.rejected()) {
      Set<ResourceKey> about = rejected.keys().isEmpty() ? of(rejected.file()) : rejected.keys();
      about.forEach(key -> notInForce.putIfAbsent(key, rejected.problems().getFirst().toString()));
    }
    table.notInForce(notInForce).forEach(changed);
  }

  private Set<ResourceKey> of(Path file) {
    Set<ResourceKey> keys = new TreeSet<>();
    for (Tracked tracked : table.all()) {
      if (tracked.manifest().filter(manifest -> manifest.file().equals(file)).isPresent()) {
        keys.add(tracked.key());
      }
    }
    return keys;
  }

  /** Whoever is part of another's spec from now on, or no more, says so in its status. */
  public void layersChanged(Optional<Tracked> before, Optional<Tracked> after) {
    Set<ResourceKey> was = before.map(Judgements::layers).orElse(Set.of());
    Set<ResourceKey> is = after.map(Judgements::layers).orElse(Set.of());
    Set<ResourceKey> different = new TreeSet<>(was);
    different.addAll(is);
    different.removeIf(key -> was.contains(key) && is.contains(key));
    different.forEach(changed);
  }

  private static Set<ResourceKey> layers(Tracked tracked) {
    return tracked.manifest().map(manifest -> Set.copyOf(manifest.layers())).orElse(Set.of());
  }
}
