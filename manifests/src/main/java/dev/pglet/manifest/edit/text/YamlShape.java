package dev.pglet.manifest.edit.text;

import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Everything that a reader can see of a document but its places, to compare before and after. */
public final class YamlShape {
  private final List<String> shape = new ArrayList<>();
  private final Set<String> anchors = new HashSet<>();
  private boolean danglingAlias;

  private YamlShape() {}

  /** The shape of a whole document, how it begins and ends included. */
  public static List<String> of(YamlDocument document) {
    return without(document, List.of());
  }

  /** The shape of a node alone. */
  public static List<String> of(YamlNode node) {
    YamlShape shape = new YamlShape();
    shape.add(node, List.of());
    return shape.shape;
  }

  /**
   * The shape without one field.
   *
   * @param path of the field; empty for none
   */
  public static List<String> without(YamlDocument document, List<String> path) {
    YamlShape shape = new YamlShape();
    shape.shape.add(
        "%s %s %s"
            .formatted(document.explicitStart(), document.explicitEnd(), document.directives()));
    shape.add(document.root(), path);
    return shape.shape;
  }

  /** Whether an alias names an anchor that does not stand before it. */
  public static boolean hasDanglingAlias(YamlDocument document) {
    YamlShape shape = new YamlShape();
    shape.add(document.root(), List.of());
    return shape.danglingAlias;
  }

  private void add(YamlNode node, List<String> omit) {
    String anchor = node.properties().anchor();
    if (anchor != null) {
      anchors.add(anchor);
    }
    String properties = "&" + anchor + " !" + node.properties().tag() + " ";
    switch (node) {
      case YamlNode.Scalar scalar -> shape.add(properties + scalar.style() + scalar.text());
      case YamlNode.Alias alias -> {
        danglingAlias |= !anchors.contains(alias.name());
        shape.add("*" + alias.name());
      }
      case YamlNode.Sequence sequence -> {
        shape.add(properties + "[" + sequence.flow());
        sequence.items().forEach(item -> add(item, List.of()));
        shape.add("]");
      }
      case YamlNode.Mapping mapping -> {
        shape.add(properties + "{" + mapping.flow());
        for (YamlNode.Entry entry : mapping.entries()) {
          boolean onPath = !omit.isEmpty() && entry.isNamed(omit.getFirst());
          if (!onPath || omit.size() > 1) {
            add(entry.key(), List.of());
            add(entry.value(), onPath ? omit.subList(1, omit.size()) : List.of());
          }
        }
        shape.add("}");
      }
    }
  }
}
