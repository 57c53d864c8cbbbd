package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All resources that this data root holds something of, or is about to, and which of them are held:
 * their manifests are gone, and they are deleted only by a confirmation. And of each manifest root
 * in which directory it was whole: when its manifests were last read there, none was missing. What
 * it answers is on disk already: an entry is written before anything is done for it. Thread-safe.
 */
public final class Inventory {
  private final InventoryStore store;
  private final Content content;

  /** What it says. */
  static final class Content {
    final NavigableMap<ResourceKey, InventoryEntry> entries = new TreeMap<>();

    /** Only resources whose deletion has not begun. */
    final NavigableSet<ResourceKey> held = new TreeSet<>();

    /** By manifest root: the directory in which no manifest was missing. */
    final NavigableMap<String, String> whole = new TreeMap<>();

    void apply(Change change) {
      change.entries().forEach(entry -> entries.put(entry.key(), entry));
      change.removed().forEach(entries::remove);
      change
          .held()
          .ifPresent(
              keys -> {
                held.clear();
                held.addAll(keys);
              });
      change
          .whole()
          .ifPresent(
              roots -> {
                whole.clear();
                whole.putAll(roots);
              });
      held.removeIf(
          key -> {
            InventoryEntry entry = entries.get(key);
            return entry == null || entry.tombstone().isPresent() || entry.retained();
          });
    }
  }

  /**
   * What is so from now on, whatever was before.
   *
   * @param entries new ones, or in place of the older of the same key
   * @param held all of them, where they have changed
   * @param whole all of them, where they have changed
   */
  record Change(
      List<InventoryEntry> entries,
      List<ResourceKey> removed,
      Optional<Set<ResourceKey>> held,
      Optional<Map<String, String>> whole) {
    static Change of(List<InventoryEntry> entries) {
      return new Change(entries, List.of(), Optional.empty(), Optional.empty());
    }

    static Change without(ResourceKey key) {
      return new Change(List.of(), List.of(key), Optional.empty(), Optional.empty());
    }

    static Change holding(Set<ResourceKey> keys) {
      return new Change(List.of(), List.of(), Optional.of(keys), Optional.empty());
    }

    static Change whole(Map<String, String> roots) {
      return new Change(List.of(), List.of(), Optional.empty(), Optional.of(roots));
    }
  }

  private Inventory(InventoryStore store, Content content) {
    this.store = store;
    this.content = content;
  }

  static Inventory load(InventoryStore store) throws Refused, HostUnavailable {
    return new Inventory(store, store.load());
  }

  public synchronized Optional<InventoryEntry> find(ResourceKey key) {
    return Optional.ofNullable(content.entries.get(key));
  }

  public synchronized List<InventoryEntry> all() {
    return List.copyOf(content.entries.values());
  }

  public void put(InventoryEntry entry) throws HostUnavailable {
    putAll(List.of(entry));
  }

  public synchronized void putAll(Collection<InventoryEntry> changed) throws HostUnavailable {
    List<InventoryEntry> news =
        changed.stream().filter(entry -> !entry.equals(content.entries.get(entry.key()))).toList();
    if (!news.isEmpty()) {
      commit(Change.of(news));
    }
  }

  public synchronized void remove(ResourceKey key) throws HostUnavailable {
    if (content.entries.containsKey(key)) {
      commit(Change.without(key));
    }
  }

  /** The resources of a manifest root whose deletion waits for a confirmation. */
  public synchronized Set<ResourceKey> held(String root) {
    Set<ResourceKey> held = new TreeSet<>();
    for (ResourceKey key : content.held) {
      if (belongs(key, root)) {
        held.add(key);
      }
    }
    return held;
  }

  /** From now on these are held, and no others of that root. */
  public synchronized void hold(String root, Set<ResourceKey> keys) throws HostUnavailable {
    NavigableSet<ResourceKey> next = new TreeSet<>(content.held);
    next.removeIf(key -> belongs(key, root));
    next.addAll(keys);
    if (!next.equals(content.held)) {
      commit(Change.holding(next));
    }
  }

  /** Whether there is anything of a manifest root whose deletion is not finished. */
  public synchronized boolean knows(String root) {
    return content.entries.values().stream()
        .anyMatch(entry -> entry.root().equals(root) && !entry.retained());
  }

  /** The directory in which a manifest root was whole; empty when it has not been, or in doubt. */
  public synchronized Optional<String> whole(String root) {
    return Optional.ofNullable(content.whole.get(root));
  }

  /** From now on a manifest root counts as whole in that directory, or in none. */
  public synchronized void whole(String root, Optional<String> directory) throws HostUnavailable {
    Map<String, String> next = new TreeMap<>(content.whole);
    directory.ifPresentOrElse(found -> next.put(root, found), () -> next.remove(root));
    if (!next.equals(content.whole)) {
      commit(Change.whole(next));
    }
  }

  private boolean belongs(ResourceKey key, String root) {
    return requireNonNull(content.entries.get(key), "held without an entry").root().equals(root);
  }

  private void commit(Change change) throws HostUnavailable {
    try {
      store.add(change, content);
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnwritable",
          "writing the inventory: " + e,
          "Free some space, or make the state directory writable; until then nothing new is begun",
          e);
    }
    content.apply(change);
    store.tidy(content);
  }

  /** Leaves one file with all of it, where the disk has room. */
  synchronized void close() {
    store.close(content);
  }
}
