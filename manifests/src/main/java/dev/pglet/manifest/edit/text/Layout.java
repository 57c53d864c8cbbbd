package dev.pglet.manifest.edit.text;

import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * How a document is written, so that what is added looks like it.
 *
 * @param step columns from a key to the keys of its mapping
 * @param dash columns from a key to the dashes of its list
 * @param json whether it is written as JSON
 */
record Layout(int step, int dash, boolean json) {
  static final Layout PLAIN = new Layout(2, 2, false);

  static Layout of(YamlNode root) {
    Steps found = new Steps();
    found.look(root);
    int step = found.step == null ? PLAIN.step : found.step;
    return new Layout(step, found.dash == null ? step : found.dash, isJson(root));
  }

  private static boolean isJson(YamlNode root) {
    return root instanceof Mapping mapping
        && mapping.flow()
        && mapping.entries().stream()
            .allMatch(
                entry ->
                    entry.key() instanceof Scalar key && key.style() == ScalarStyle.DOUBLE_QUOTED);
  }

  /** The first of each that the text has. */
  private static final class Steps {
    private @Nullable Integer step;
    private @Nullable Integer dash;

    void look(YamlNode node) {
      switch (node) {
        case Mapping mapping when !mapping.flow() -> mapping.entries().forEach(this::look);
        case Sequence sequence when !sequence.flow() -> sequence.items().forEach(this::look);
        case Mapping _, Sequence _, Scalar _, YamlNode.Alias _ -> {}
      }
    }

    private void look(Entry entry) {
      int columns = entry.value().span().place().column() - entry.key().span().place().column();
      switch (entry.value()) {
        case Mapping mapping when !mapping.flow() && step == null && columns > 0 -> step = columns;
        case Sequence sequence when !sequence.flow() && dash == null && columns >= 0 ->
            dash = columns;
        default -> {}
      }
      look(entry.value());
    }
  }
}
