package dev.pglet.reconcile.engine.loss;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.manifest.edit.StatusRemoval;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import dev.pglet.reconcile.state.Inventory;
import dev.pglet.reconcile.state.InventoryEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds files that seem to be what a broken write has left, by what stood in them when they were
 * last accepted, by whichever daemon. A loss of power leaves such files, and nobody lives who has
 * read them whole.
 */
public record CutOffFiles(ManifestSource manifests, Inventory inventory, String root) {
  /** The same without anything that a file says which seems to be cut off, and with that said. */
  public Snapshot review(Snapshot scanned) {
    Map<Path, List<InventoryEntry>> lost = new TreeMap<>();
    for (InventoryEntry entry : inventory.all()) {
      if (isAlive(entry) && !scanned.accepted().containsKey(entry.key())) {
        lost.computeIfAbsent(Path.of(entry.file()), _ -> new ArrayList<>()).add(entry);
      }
    }
    lost.entrySet().removeIf(file -> !isCutOff(file.getKey()));
    List<Rejected> cutOff =
        lost.entrySet().stream()
            .map(
                file ->
                    Rejected.cutOff(
                        file.getKey(), file.getValue().stream().map(InventoryEntry::key).toList()))
            .toList();
    manifests.doubt(cutOff);
    return cutOff.isEmpty() ? scanned : without(cutOff, scanned);
  }

  private boolean isAlive(InventoryEntry entry) {
    return entry.root().equals(root)
        && !entry.file().isEmpty()
        && !entry.retained()
        && entry.tombstone().isEmpty();
  }

  private boolean isCutOff(Path file) {
    Optional<String> text = manifests.text(file);
    if (text.isEmpty()) {
      return false;
    }
    try {
      return isCutOff(text.get());
    } catch (YamlRejected e) {
      return false; // and for that it is rejected
    }
  }

  /**
   * Whether its last document is a mere beginning of one that was accepted: from whichever file, as
   * that may have been moved while its document was refused.
   */
  private boolean isCutOff(String text) throws YamlRejected {
    List<YamlDocument> documents = YamlReader.read(text);
    if (documents.isEmpty()
        || documents.getLast().isEmpty()
        || StatusEnd.isMissing(documents.getLast())) {
      return true;
    }
    YamlDocument last = documents.getLast();
    String own = StatusRemoval.of(text.substring(last.start(), last.end())).stripLeading();
    String words = own.stripTrailing();
    // A whole last line is no beginning of a longer one, such as of another name.
    String end = own.substring(0, own.indexOf('\n', words.length()) + 1);
    // Also of one that is being deleted: half of its document is no whole one for that.
    return inventory.all().stream()
        .anyMatch(
            entry -> entry.root().equals(root) && isLonger(entry, end.isEmpty() ? words : end));
  }

  private static boolean isLonger(InventoryEntry entry, String end) {
    String document = entry.document();
    return document.length() > end.length()
        && document.strip().length() > end.length()
        && document.stripLeading().startsWith(end);
  }

  private static Snapshot without(List<Rejected> cutOff, Snapshot scanned) {
    Set<Path> files = cutOff.stream().map(Rejected::file).collect(Collectors.toSet());
    Map<ResourceKey, Manifest> accepted = new HashMap<>(scanned.accepted());
    accepted.values().removeIf(manifest -> files.contains(manifest.file()));
    List<Rejected> rejected = new ArrayList<>(scanned.rejected());
    rejected.addAll(cutOff);
    return new Snapshot(
        accepted,
        rejected,
        false,
        (scanned.complete() ? "" : scanned.incompleteBecause() + "; ")
            + cutOff.getFirst().file()
            + " seems to be cut off",
        scanned.settleIn(),
        scanned.origin());
  }
}
