package dev.pglet.manifest.layer;

import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** Trees with one field more or less. Paths are keys joined by dots, which no key here holds. */
final class YamlNodes {
  private static final YamlNode.Properties PLAIN = new YamlNode.Properties(null, null);

  private YamlNodes() {}

  static Mapping empty(YamlNode at) {
    return new Mapping(at.span(), PLAIN, true, List.of());
  }

  /** Text that no reader takes for anything else. */
  static Scalar text(YamlNode at, String text) {
    return new Scalar(at.span(), PLAIN, text, ScalarStyle.DOUBLE_QUOTED);
  }

  /** The text of a scalar; empty when it is not there or has no value. */
  static Optional<String> leaf(Mapping tree, String path) {
    YamlNode at = tree;
    for (String name : path.split("\\.", -1)) {
      Optional<Entry> entry =
          at instanceof Mapping mapping ? mapping.entry(name) : Optional.empty();
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      at = entry.get().value();
    }
    return at instanceof Scalar scalar && !scalar.isNull()
        ? Optional.of(scalar.text())
        : Optional.empty();
  }

  static Mapping with(Mapping tree, String path, YamlNode value) {
    int dot = path.indexOf('.');
    String name = dot < 0 ? path : path.substring(0, dot);
    YamlNode below =
        dot < 0 ? value : with(SpecText.mapping(tree, name), path.substring(dot + 1), value);
    List<Entry> entries = new ArrayList<>(without(tree, List.of(name)).entries());
    entries.add(new Entry(text(tree, name), below));
    return new Mapping(tree.span(), PLAIN, true, entries);
  }

  static Mapping withoutPath(Mapping tree, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return without(tree, List.of(path));
    }
    String name = path.substring(0, dot);
    Mapping below = withoutPath(SpecText.mapping(tree, name), path.substring(dot + 1));
    return below.entries().isEmpty() ? without(tree, List.of(name)) : with(tree, name, below);
  }

  static Mapping without(Mapping tree, List<String> names) {
    List<Entry> entries =
        tree.entries().stream().filter(entry -> names.stream().noneMatch(entry::isNamed)).toList();
    return new Mapping(tree.span(), PLAIN, true, entries);
  }
}
