package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.manifest.parse.PlainScalar;
import dev.pglet.manifest.parse.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A JSON tree as YAML that every YAML reader, of 1.1 or 1.2, reads as that tree. */
final class YamlWriter {
  /** Plain words, and numbers with a unit, in which nobody can see anything but text. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*|(?!0[bBoOxX])[0-9]+[A-Za-z%][A-Za-z0-9%]*");

  private static final Pattern WORDS_OF_YAML =
      Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

  private final Layout layout;

  YamlWriter(Layout layout) {
    this.layout = layout;
  }

  /** The lines of {@code key: value} in block style, the first without indent. */
  List<String> entry(String key, JsonNode value, String indent) {
    List<String> lines = new ArrayList<>();
    addEntry(lines, "", indent, key, value);
    return lines;
  }

  /** The lines of an item of a list, the first without indent, each with its dash. */
  List<String> item(JsonNode value, String indent) {
    List<String> lines = new ArrayList<>();
    addItem(lines, "", indent, value);
    return lines;
  }

  /** The lines of a collection that is the value of a key, all indented. */
  List<String> children(JsonNode value, String ofKey) {
    List<String> lines = new ArrayList<>();
    addChildren(lines, ofKey, value);
    return lines;
  }

  /** The lines of a collection whose fields or dashes are so far indented; the first is not. */
  List<String> siblings(JsonNode value, String indent) {
    List<String> lines = new ArrayList<>();
    addSiblings(lines, indent, value);
    lines.set(0, lines.getFirst().substring(indent.length()));
    return lines;
  }

  private void addEntry(
      List<String> lines, String prefix, String indent, String key, JsonNode value) {
    if (isInline(value)) {
      lines.add(prefix + scalar(key) + ": " + flow(value));
      return;
    }
    lines.add(prefix + scalar(key) + ":");
    addChildren(lines, indent, value);
  }

  private void addChildren(List<String> lines, String ofKey, JsonNode value) {
    addSiblings(lines, ofKey + " ".repeat(value.isObject() ? layout.step() : layout.dash()), value);
  }

  private void addSiblings(List<String> lines, String indent, JsonNode value) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(field -> addEntry(lines, indent, indent, field.getKey(), field.getValue()));
    } else {
      value.forEach(item -> addItem(lines, indent, indent, item));
    }
  }

  private void addItem(List<String> lines, String prefix, String indent, JsonNode item) {
    if (isInline(item)) {
      lines.add(prefix + "- " + flow(item));
      return;
    }
    int first = lines.size();
    addSiblings(lines, indent + "  ", item);
    lines.set(first, prefix + "- " + lines.get(first).substring(indent.length() + 2));
  }

  private static boolean isInline(JsonNode value) {
    return !value.isContainerNode() || value.isEmpty();
  }

  /** A value on one line, in the quotes of the one that it replaces. */
  static String inPlaceOf(YamlNode old, JsonNode value) {
    if (!value.isTextual() || !(old instanceof YamlNode.Scalar scalar)) {
      return flow(value);
    }
    String text = value.asText();
    return switch (scalar.style()) {
      case SINGLE_QUOTED -> isPrintable(text) ? "'" + text.replace("'", "''") + "'" : quoted(text);
      case DOUBLE_QUOTED -> quoted(text);
      default -> bothAreWords(scalar, text) ? text : scalar(text);
    };
  }

  /** Where somebody writes a plain {@code on}, a plain {@code off} is what they expect. */
  private static boolean bothAreWords(YamlNode.Scalar old, String text) {
    return old.plain()
        && WORDS_OF_YAML.matcher(text).matches()
        && WORDS_OF_YAML.matcher(old.text()).matches()
        && PlainScalar.isString(text);
  }

  private static boolean isPrintable(String text) {
    return quoted(text).length() - 2
        == text.length() + text.chars().filter(c -> c == '"' || c == '\\').count();
  }

  /** The tree as JSON, on one line. */
  static String json(JsonNode value) {
    if (value.isObject()) {
      List<String> fields = new ArrayList<>();
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        fields.add(quoted(field.getKey()) + ": " + json(field.getValue()));
      }
      return "{" + String.join(", ", fields) + "}";
    }
    if (value.isArray()) {
      List<String> items = new ArrayList<>();
      value.forEach(item -> items.add(json(item)));
      return "[" + String.join(", ", items) + "]";
    }
    return value.isTextual() ? quoted(value.asText()) : value.asText();
  }

  /** The tree on one line, in flow style. */
  static String flow(JsonNode value) {
    if (value.isObject()) {
      List<String> fields = new ArrayList<>();
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        fields.add(quoted(field.getKey()) + ": " + flow(field.getValue()));
      }
      return "{" + String.join(", ", fields) + "}";
    }
    if (value.isArray()) {
      List<String> items = new ArrayList<>();
      value.forEach(item -> items.add(flow(item)));
      return "[" + String.join(", ", items) + "]";
    }
    return value.isTextual() ? scalar(value.asText()) : value.asText();
  }

  /** Text as a scalar: plain where that is safe in every context, else in double quotes. */
  static String scalar(String text) {
    return PLAIN.matcher(text).matches()
            && !WORDS_OF_YAML.matcher(text).matches()
            && PlainScalar.isString(text)
        ? text
        : quoted(text);
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.codePoints().forEach(c -> append(c, out));
    return out.append('"').toString();
  }

  private static void append(int c, StringBuilder out) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      case '\r' -> out.append("\\r");
      default -> {
        if (Character.getType(c) == Character.SURROGATE) {
          out.append('\uFFFD'); // half a character cannot be encoded
        } else if (Character.isISOControl(c)
            || Character.getType(c) == Character.LINE_SEPARATOR
            || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
            || c == 0xFEFF
            || c == 0xFFFE
            || c == 0xFFFF) {
          out.append("\\u%04x".formatted(c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }
}
