package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All resources that this data root holds something of, or is about to, and which of them are held:
 * their manifests are gone, and they are deleted only by a confirmation. And of each manifest root
 * in which directory it was whole: when its manifests were last read there, none was missing. What
 * it answers is on disk already: an entry is written before anything is done for it. Thread-safe.
 */
public final class Inventory {
  private final VersionedFile file;
  private Content content;

  /**
   * What the file says.
   *
   * @param held only resources whose deletion has not begun
   * @param whole by manifest root: the directory in which no manifest was missing
   */
  record Content(
      SortedMap<ResourceKey, InventoryEntry> entries,
      SortedSet<ResourceKey> held,
      SortedMap<String, String> whole) {
    static final Content NONE = new Content(new TreeMap<>(), new TreeSet<>(), new TreeMap<>());

    Content {
      SortedSet<ResourceKey> still = new TreeSet<>();
      for (ResourceKey key : held) {
        InventoryEntry entry = entries.get(key);
        if (entry != null && entry.tombstone().isEmpty() && !entry.retained()) {
          still.add(key);
        }
      }
      held = still;
    }
  }

  private Inventory(VersionedFile file, Content content) {
    this.file = file;
    this.content = content;
  }

  static Inventory load(VersionedFile file) throws Refused, HostUnavailable {
    var json = file.read();
    Content content = Content.NONE;
    if (json.isPresent()) {
      try {
        content = InventoryJson.read(json.get());
      } catch (RuntimeException e) {
        file.setAside(e.toString());
      }
    }
    return new Inventory(file, content);
  }

  public synchronized Optional<InventoryEntry> find(ResourceKey key) {
    return Optional.ofNullable(content.entries().get(key));
  }

  public synchronized List<InventoryEntry> all() {
    return List.copyOf(content.entries().values());
  }

  public void put(InventoryEntry entry) throws HostUnavailable {
    putAll(List.of(entry));
  }

  public synchronized void putAll(Collection<InventoryEntry> changed) throws HostUnavailable {
    SortedMap<ResourceKey, InventoryEntry> next = new TreeMap<>(content.entries());
    changed.forEach(entry -> next.put(entry.key(), entry));
    replace(new Content(next, content.held(), content.whole()));
  }

  public synchronized void remove(ResourceKey key) throws HostUnavailable {
    SortedMap<ResourceKey, InventoryEntry> next = new TreeMap<>(content.entries());
    next.remove(key);
    replace(new Content(next, content.held(), content.whole()));
  }

  /** The resources of a manifest root whose deletion waits for a confirmation. */
  public synchronized Set<ResourceKey> held(String root) {
    Set<ResourceKey> held = new TreeSet<>();
    for (ResourceKey key : content.held()) {
      if (belongs(key, root)) {
        held.add(key);
      }
    }
    return held;
  }

  /** From now on these are held, and no others of that root. */
  public synchronized void hold(String root, Set<ResourceKey> keys) throws HostUnavailable {
    SortedSet<ResourceKey> next = new TreeSet<>(content.held());
    next.removeIf(key -> belongs(key, root));
    next.addAll(keys);
    replace(new Content(content.entries(), next, content.whole()));
  }

  /** Whether there is anything of a manifest root whose deletion is not finished. */
  public synchronized boolean knows(String root) {
    return content.entries().values().stream()
        .anyMatch(entry -> entry.root().equals(root) && !entry.retained());
  }

  /** The directory in which a manifest root was whole; empty when it has not been, or in doubt. */
  public synchronized Optional<String> whole(String root) {
    return Optional.ofNullable(content.whole().get(root));
  }

  /** From now on a manifest root counts as whole in that directory, or in none. */
  public synchronized void whole(String root, Optional<String> directory) throws HostUnavailable {
    SortedMap<String, String> next = new TreeMap<>(content.whole());
    directory.ifPresentOrElse(found -> next.put(root, found), () -> next.remove(root));
    replace(new Content(content.entries(), content.held(), next));
  }

  private boolean belongs(ResourceKey key, String root) {
    return requireNonNull(content.entries().get(key), "held without an entry").root().equals(root);
  }

  private void replace(Content next) throws HostUnavailable {
    if (next.equals(content)) {
      return;
    }
    try {
      file.write(InventoryJson.write(next));
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnwritable",
          "writing the inventory: " + e,
          "Free some space, or make the state directory writable; until then nothing new is begun",
          e);
    }
    content = next;
  }
}
