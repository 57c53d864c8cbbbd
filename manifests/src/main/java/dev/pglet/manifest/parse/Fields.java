package dev.pglet.manifest.parse;

import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.HashMap;
import java.util.Map;

/** The paths of fields: keys joined by dots, items as {@code [0]}. */
final class Fields {
  private Fields() {}

  static String child(String parent, String key) {
    return parent.isEmpty() ? key : parent + "." + key;
  }

  /** The place of every field (its key) and item below a node, and of the node itself. */
  static Map<String, Place> places(YamlNode root) {
    Map<String, Place> places = new HashMap<>();
    places.put("", root.span().place());
    collect(root, "", places);
    return places;
  }

  private static void collect(YamlNode node, String field, Map<String, Place> places) {
    switch (node) {
      case Mapping mapping ->
          mapping
              .entries()
              .forEach(
                  entry -> {
                    if (entry.key() instanceof Scalar key) {
                      String path = child(field, key.text());
                      places.putIfAbsent(path, key.span().place());
                      collect(entry.value(), path, places);
                    }
                  });
      case Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          YamlNode item = sequence.items().get(i);
          String path = field + "[" + i + "]";
          places.put(path, item.span().place());
          collect(item, path, places);
        }
      }
      case Scalar _, YamlNode.Alias _ -> {}
    }
  }
}
