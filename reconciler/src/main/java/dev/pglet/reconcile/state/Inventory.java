package dev.pglet.reconcile.state;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All resources that this data root holds something of, or is about to. What it answers is on disk
 * already: an entry is written before anything is done for it. Thread-safe.
 */
public final class Inventory {
  private final VersionedFile file;
  private SortedMap<ResourceKey, InventoryEntry> entries;

  private Inventory(VersionedFile file, SortedMap<ResourceKey, InventoryEntry> entries) {
    this.file = file;
    this.entries = entries;
  }

  static Inventory load(VersionedFile file) throws Refused, HostUnavailable {
    var content = file.read();
    SortedMap<ResourceKey, InventoryEntry> entries = new TreeMap<>();
    if (content.isPresent()) {
      try {
        entries = InventoryJson.read(content.get());
      } catch (RuntimeException e) {
        file.setAside(e.toString());
      }
    }
    return new Inventory(file, entries);
  }

  public synchronized Optional<InventoryEntry> find(ResourceKey key) {
    return Optional.ofNullable(entries.get(key));
  }

  public synchronized List<InventoryEntry> all() {
    return List.copyOf(entries.values());
  }

  public void put(InventoryEntry entry) throws HostUnavailable {
    putAll(List.of(entry));
  }

  public synchronized void putAll(Collection<InventoryEntry> changed) throws HostUnavailable {
    SortedMap<ResourceKey, InventoryEntry> next = new TreeMap<>(entries);
    changed.forEach(entry -> next.put(entry.key(), entry));
    replace(next);
  }

  public synchronized void remove(ResourceKey key) throws HostUnavailable {
    SortedMap<ResourceKey, InventoryEntry> next = new TreeMap<>(entries);
    next.remove(key);
    replace(next);
  }

  private void replace(SortedMap<ResourceKey, InventoryEntry> next) throws HostUnavailable {
    if (next.equals(entries)) {
      return;
    }
    try {
      file.write(InventoryJson.write(next.values()));
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnwritable",
          "writing the inventory: " + e,
          "Free some space, or make the state directory writable; until then nothing new is begun",
          e);
    }
    entries = next;
  }
}
