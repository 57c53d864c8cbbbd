package dev.pglet.manifest.edit;

import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.util.List;
import java.util.Optional;

/** The text edit that sets one scalar; the caller checks the result. */
final class ScalarEdit {
  private final String text;
  private final Mapping root;
  private final List<String> path;
  private final String scalar;

  /** How many keys of the path, from the root, are written and hold something. */
  private int written;

  ScalarEdit(String text, Mapping root, List<String> path, String scalar) {
    this.text = text;
    this.root = root;
    this.path = List.copyOf(path);
    this.scalar = scalar;
  }

  String apply() throws EditRefused {
    Mapping at = root;
    for (written = 0; written < path.size(); written++) {
      Optional<Entry> entry = at.entry(path.get(written));
      if (entry.isEmpty()) {
        return insert(at, path.subList(written, path.size()));
      }
      YamlNode value = entry.get().value();
      boolean last = written == path.size() - 1;
      switch (value) {
        case Scalar old when last -> {
          return reads(root, path, scalar) ? text : replaced(old, scalar);
        }
        case Scalar old when old.isNull() -> {
          return fill(at, old, path.subList(written + 1, path.size()));
        }
        case Mapping mapping when !last && mapping.flow() && mapping.entries().isEmpty() -> {
          return replaced(mapping, flow(path.subList(written + 1, path.size())));
        }
        case Mapping mapping when !last -> at = mapping;
        default ->
            throw new EditRefused(
                value.span().place(),
                String.join(".", path.subList(0, written + 1)),
                last ? "is no single value, so it cannot be set" : "is no mapping");
      }
    }
    throw new IllegalArgumentException("an empty path names no field");
  }

  /** The field in which all that changes lies. */
  List<String> changed() {
    return path.subList(0, Math.min(path.size(), written + 1));
  }

  private String insert(Mapping mapping, List<String> keys) {
    int end = mapping.span().end();
    if (mapping.flow()) {
      int at = mapping.entries().getLast().value().span().end();
      return text.substring(0, at)
          + ", "
          + YamlWriter.scalar(keys.getFirst())
          + ": "
          + flow(keys.subList(1, keys.size()))
          + text.substring(at);
    }
    String lines = lines(keys, column(mapping), mapping.entries().getLast());
    String newline = newline(mapping.entries().getLast());
    if (TextLines.isAfterBreak(text, end)) {
      return text.substring(0, end) + lines + newline + text.substring(end);
    }
    int at = TextLines.endOfLine(text, end);
    return text.substring(0, at) + newline + lines + text.substring(at);
  }

  /** The value of a key is written as nothing: give it its first entry. */
  private String fill(Mapping parent, Scalar empty, List<String> keys) {
    if (parent.flow()) {
      return replaced(empty, flow(keys));
    }
    Entry entry = parent.entry(path.get(written)).orElseThrow();
    int end = TextLines.endOfLine(text, empty.span().end());
    return text.substring(0, empty.span().start())
        + text.substring(empty.span().end(), end)
        + newline(entry)
        + lines(keys, column(parent) + 2, entry)
        + text.substring(end);
  }

  private String replaced(YamlNode node, String by) {
    int start = node.span().start();
    String space = start > 0 && text.charAt(start - 1) == ':' ? " " : "";
    return text.substring(0, start) + space + by + text.substring(node.span().end());
  }

  private String lines(List<String> keys, int indent, Entry near) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < keys.size(); i++) {
      lines.append(" ".repeat(indent + 2 * i)).append(YamlWriter.scalar(keys.get(i))).append(':');
      lines.append(i == keys.size() - 1 ? " " + scalar : newline(near));
    }
    return lines.toString();
  }

  private String flow(List<String> keys) {
    return keys.isEmpty()
        ? scalar
        : "{"
            + YamlWriter.scalar(keys.getFirst())
            + ": "
            + flow(keys.subList(1, keys.size()))
            + "}";
  }

  private String newline(Entry near) {
    return TextLines.newline(text, near.key().span().start());
  }

  private static int column(Mapping mapping) {
    return mapping.entries().getFirst().key().span().place().column() - 1;
  }

  /** Whether the field is there and reads as the scalar does when it stands alone. */
  static boolean reads(YamlNode root, List<String> path, String scalar) {
    YamlNode at = root;
    for (String key : path) {
      if (!(at instanceof Mapping mapping) || mapping.entry(key).isEmpty()) {
        return false;
      }
      at = mapping.entry(key).orElseThrow().value();
    }
    try {
      YamlNode alone = YamlReader.read(scalar + "\n").getFirst().root();
      return alone instanceof Scalar && YamlValue.of(at).equals(YamlValue.of(alone));
    } catch (YamlRejected e) {
      return false;
    }
  }
}
