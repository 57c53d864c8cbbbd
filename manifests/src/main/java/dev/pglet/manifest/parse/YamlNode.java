package dev.pglet.manifest.parse;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** One node of a document, as it is written: nothing is resolved, nothing is merged. */
public sealed interface YamlNode {
  Span span();

  Properties properties();

  /**
   * Where a node is in the text.
   *
   * @param start index of its first character, that of its anchor or tag if it has one
   * @param end index after its last character; of a block collection, after its last leaf, so that
   *     comments behind it stay outside
   */
  record Span(int start, int end, Place place) {}

  /** What YAML lets stand before a node. */
  record Properties(@Nullable String anchor, @Nullable String tag) {
    public boolean isEmpty() {
      return anchor == null && tag == null;
    }
  }

  /** A leaf. */
  record Scalar(Span span, Properties properties, String text, ScalarStyle style)
      implements YamlNode {
    public boolean plain() {
      return style == ScalarStyle.PLAIN;
    }

    /** Whether it says that there is no value. */
    public boolean isNull() {
      return plain() && properties.tag() == null && PlainScalar.isNull(text);
    }
  }

  /** A mapping, in the order of the text. */
  record Mapping(Span span, Properties properties, boolean flow, List<Entry> entries)
      implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The first entry with that scalar key. */
    public Optional<Entry> entry(String key) {
      return entries.stream().filter(entry -> entry.isNamed(key)).findFirst();
    }
  }

  /** A sequence. */
  record Sequence(Span span, Properties properties, boolean flow, List<YamlNode> items)
      implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** A reference to an anchor. */
  record Alias(Span span, Properties properties, String name) implements YamlNode {}

  /** A key and its value. */
  record Entry(YamlNode key, YamlNode value) {
    public boolean isNamed(String name) {
      return key instanceof Scalar scalar && scalar.text().equals(name);
    }
  }
}
