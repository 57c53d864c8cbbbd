package dev.pglet.manifest.layer;

import dev.pglet.manifest.FieldPositions.Origin;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Merges what layers write into one tree, and notes where each value was written. Used once. */
final class Merge {
  private static final YamlNode.Properties PLAIN = new YamlNode.Properties(null, null);

  private final Map<String, Layer> layers = new HashMap<>();
  private final Map<String, Origin> origins = new HashMap<>();

  /** What a layer writes at one field. */
  private record Part(YamlNode key, YamlNode value, Layer layer) {}

  /**
   * The tree of the layers.
   *
   * @param strongestFirst at least one
   */
  Mapping of(List<Layer> strongestFirst) {
    List<Part> roots =
        strongestFirst.stream()
            .map(layer -> new Part(layer.fields(), layer.fields(), layer))
            .toList();
    return (Mapping) merged(roots, "");
  }

  /** The layer that has written a field, by its path below the spec, and each item of a list. */
  Map<String, Layer> layers() {
    return layers;
  }

  /** Where the fields come from that are not the document's own, by their path from its root. */
  Map<String, Origin> origins() {
    return origins;
  }

  private YamlNode merged(List<Part> parts, String path) {
    Part strongest = parts.getFirst();
    note(path, strongest);
    if (!(strongest.value() instanceof Mapping top)) {
      noteBelow(strongest.value(), path, strongest);
      return strongest.value();
    }
    Map<String, List<Part>> fields = new LinkedHashMap<>();
    for (Part part : parts) {
      if (!(part.value() instanceof Mapping mapping)) {
        // A value that is no mapping replaces what is below it, and is replaced by what is above.
        break;
      }
      for (Entry entry : mapping.entries()) {
        if (entry.key() instanceof Scalar key && !isAbsent(entry.value())) {
          fields
              .computeIfAbsent(key.text(), _ -> new ArrayList<>())
              .add(new Part(key, entry.value(), part.layer()));
        }
      }
    }
    List<Entry> entries = new ArrayList<>();
    fields.forEach(
        (name, written) ->
            entries.add(
                new Entry(
                    written.getFirst().key(),
                    merged(written, path.isEmpty() ? name : path + "." + name))));
    return new Mapping(top.span(), PLAIN, true, entries);
  }

  private static boolean isAbsent(YamlNode value) {
    return value instanceof Scalar scalar && scalar.isNull();
  }

  private void noteBelow(YamlNode value, String path, Part part) {
    switch (value) {
      case Mapping mapping ->
          mapping
              .entries()
              .forEach(
                  entry -> {
                    if (entry.key() instanceof Scalar key) {
                      String below = path + "." + key.text();
                      note(below, part);
                      noteBelow(entry.value(), below, part);
                    }
                  });
      case Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          String below = path + "[" + i + "]";
          note(below, part);
          noteBelow(sequence.items().get(i), below, part);
        }
      }
      case Scalar _, YamlNode.Alias _ -> {}
    }
  }

  private void note(String path, Part part) {
    if (path.isEmpty()) {
      return;
    }
    layers.put(path, part.layer());
    if (!part.layer().own()) {
      origins.put("spec." + path, part.layer().origin(path));
    }
  }
}
