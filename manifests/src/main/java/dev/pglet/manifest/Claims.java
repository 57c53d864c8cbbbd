package dev.pglet.manifest;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who speaks for which resource. A key that two documents claim is refused to both, and the version
 * that was in force stays so; a file that has become unacceptable keeps its last good version.
 */
final class Claims {
  private final Map<ResourceKey, Manifest> inForce;
  private final Map<ResourceKey, List<Manifest>> claims = new HashMap<>();
  private final Map<ResourceKey, Manifest> keeps = new HashMap<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private final List<Rejected> cutOff = new ArrayList<>();
  private boolean settling;

  private Claims(Map<ResourceKey, Manifest> inForce) {
    this.inForce = inForce;
  }

  /**
   * The outcome, for a snapshot.
   *
   * @param cutOff the files among the rejected of which a broken write has left too little
   */
  record Outcome(
      Map<ResourceKey, Manifest> accepted, List<Rejected> rejected, List<Rejected> cutOff) {}

  /**
   * Decides on all files.
   *
   * @param inForce what was accepted until now
   * @param unreadable files that are there but were not read: they keep what they had
   * @param keepAbsent whether what no file claims stays in force, because not all was seen
   */
  static Outcome decide(
      Collection<SettlingFile> files,
      Set<Path> unreadable,
      Map<ResourceKey, Manifest> inForce,
      boolean keepAbsent) {
    Claims claims = new Claims(inForce);
    files.stream().filter(file -> !file.isCutOff()).forEach(claims::add);
    List<SettlingFile> cutOff = files.stream().filter(SettlingFile::isCutOff).toList();
    // What another file says whole is not missing here, be that one cut off further down.
    cutOff.forEach(file -> claims.addCutOff(file, cutOff));
    inForce.values().stream()
        .filter(manifest -> unreadable.contains(manifest.file()))
        .forEach(manifest -> claims.keeps.put(manifest.key(), manifest));
    return claims.outcome(keepAbsent);
  }

  private void add(SettlingFile file) {
    ManifestReader.Content content = file.content();
    settling |= file.isPending();
    content
        .manifests()
        .forEach(
            manifest ->
                claims.computeIfAbsent(manifest.key(), _ -> new ArrayList<>()).add(manifest));
    if (!content.problems().isEmpty()) {
      rejected.add(new Rejected(file.path(), content.problems(), content.rejectedKeys()));
      inForce.values().stream()
          .filter(manifest -> stoodIn(file, manifest))
          .forEach(manifest -> keeps.put(manifest.key(), manifest));
    }
  }

  /**
   * What a broken write has cut off was not deleted by anybody, so all of the file stays as it was;
   * unless what is missing is in another file: it has moved there, or was in both. In the latter
   * case it was the other that was in force, and whoever removes that one believes in this one.
   */
  private void addCutOff(SettlingFile file, List<SettlingFile> cutOffToo) {
    List<Manifest> before =
        inForce.values().stream().filter(manifest -> stoodIn(file, manifest)).toList();
    Set<ResourceKey> lost = new TreeSet<>(before.stream().map(Manifest::key).toList());
    lost.addAll(file.former());
    lost.removeAll(claims.keySet());
    for (SettlingFile each : cutOffToo) {
      each.content().manifests().forEach(manifest -> lost.remove(manifest.key()));
    }
    if (lost.isEmpty()) {
      add(file);
      return;
    }
    settling |= file.isPending();
    before.forEach(manifest -> keeps.put(manifest.key(), manifest));
    cutOff.add(Rejected.cutOff(file.path(), lost));
  }

  private static boolean stoodIn(SettlingFile file, Manifest manifest) {
    return manifest.file().equals(file.path()) || file.stoodInIt(manifest.key());
  }

  private Outcome outcome(boolean keepAbsent) {
    Map<ResourceKey, Manifest> accepted = new HashMap<>();
    if (keepAbsent || settling) {
      // A document that moves from one file to another is for a moment in neither.
      accepted.putAll(inForce);
    }
    accepted.putAll(keeps);
    Set<ResourceKey> disputed = new TreeSet<>();
    claims.forEach(
        (key, manifests) -> {
          if (manifests.size() == 1) {
            accepted.put(key, manifests.getFirst());
          } else {
            disputed.add(key);
          }
        });
    for (ResourceKey key : disputed) {
      Optional.ofNullable(inForce.get(key))
          .ifPresentOrElse(manifest -> accepted.put(key, manifest), () -> accepted.remove(key));
      if (!settling) {
        refuse(key, requireNonNull(claims.get(key), "its claims are null"));
      }
    }
    rejected.addAll(cutOff);
    return new Outcome(accepted, rejected, cutOff);
  }

  private void refuse(ResourceKey key, List<Manifest> manifests) {
    for (int i = 0; i < manifests.size(); i++) {
      Manifest manifest = manifests.get(i);
      Manifest other = manifests.get(i == 0 ? 1 : 0);
      FieldPositions.Position place = other.positions().nearest("metadata.name");
      String message =
          "%s is defined twice: also at %s:%d:%d. %s; remove one of the two"
              .formatted(
                  key,
                  other.file(),
                  place.line(),
                  place.column(),
                  inForce.containsKey(key)
                      ? "The version that was in force before stays so"
                      : "Neither is in force");
      rejected.add(
          new Rejected(
              manifest.file(), List.of(manifest.problem("metadata.name", message)), Set.of(key)));
    }
  }
}
