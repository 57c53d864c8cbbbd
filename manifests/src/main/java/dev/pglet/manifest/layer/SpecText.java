package dev.pglet.manifest.layer;

import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.util.List;
import java.util.Optional;

/** The spec of an accepted document as it is written. */
record SpecText(Mapping spec) {
  private static final YamlNode.Properties PLAIN = new YamlNode.Properties(null, null);

  /** Read anew from the document's text: trees of ten thousand documents would fill the memory. */
  static SpecText of(Manifest manifest) {
    try {
      for (YamlDocument document : YamlReader.read(manifest.text())) {
        if (document.root() instanceof Mapping root) {
          return new SpecText(mapping(root, "spec"));
        }
      }
    } catch (YamlRejected e) {
      throw new IllegalStateException("an accepted document is no YAML: " + manifest.key(), e);
    }
    throw new IllegalStateException("an accepted document is empty: " + manifest.key());
  }

  /** The part below a field; empty when nothing is written there. */
  static Mapping mapping(Mapping parent, String field) {
    return parent
        .entry(field)
        .map(Entry::value)
        .filter(Mapping.class::isInstance)
        .map(Mapping.class::cast)
        .orElseGet(() -> new Mapping(parent.span(), PLAIN, true, List.of()));
  }

  SpecText with(String field, String text) {
    return new SpecText(YamlNodes.with(spec, field, YamlNodes.text(spec, text)));
  }

  /** The text of a scalar field that has a value. */
  Optional<String> leaf(String field) {
    return spec.entry(field)
        .map(Entry::value)
        .filter(value -> value instanceof Scalar scalar && !scalar.isNull())
        .map(value -> ((Scalar) value).text());
  }
}
