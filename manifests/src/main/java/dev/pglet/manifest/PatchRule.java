package dev.pglet.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a patch may touch: who a document is about, and its status, are not the patcher's. */
final class PatchRule {
  private static final Map<String, Set<String>> ALLOWED =
      new TreeMap<>(Map.of("spec", Set.of(), "metadata", Set.of("annotations", "labels")));

  private PatchRule() {}

  static void check(Path file, ObjectNode patch) throws ManifestRejected {
    for (String field : (Iterable<String>) patch::fieldNames) {
      Set<String> below = ALLOWED.get(field);
      if (below == null || !patch.path(field).isObject()) {
        throw refused(file, field);
      }
      for (String child : (Iterable<String>) patch.path(field)::fieldNames) {
        if (!below.isEmpty() && !below.contains(child)) {
          throw refused(file, field + "." + child);
        }
      }
    }
  }

  private static ManifestRejected refused(Path file, String field) {
    return new ManifestRejected(
        List.of(
            new Problem(
                file,
                0,
                0,
                field,
                "cannot be patched; a patch may change spec, metadata.labels and"
                    + " metadata.annotations")));
  }
}
