package dev.pglet.manifest.edit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A JSON tree as YAML that every YAML reader, of 1.1 or 1.2, reads as that tree. */
final class YamlWriter {
  /** Plain words in which nobody can see anything but text. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");

  private static final Pattern WORDS_OF_YAML =
      Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

  private YamlWriter() {}

  /** The lines of {@code key: value} in block style, the first without indent. */
  static List<String> block(String key, JsonNode value, String indent) {
    List<String> lines = new ArrayList<>();
    entry(lines, "", indent, key, value);
    return lines;
  }

  private static void entry(
      List<String> lines, String prefix, String indent, String key, JsonNode value) {
    if (!value.isContainerNode() || value.isEmpty()) {
      lines.add(prefix + scalar(key) + ": " + flow(value));
      return;
    }
    lines.add(prefix + scalar(key) + ":");
    children(lines, indent + "  ", value);
  }

  private static void children(List<String> lines, String indent, JsonNode value) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(field -> entry(lines, indent, indent, field.getKey(), field.getValue()));
      return;
    }
    for (JsonNode item : value) {
      if (!item.isContainerNode() || item.isEmpty()) {
        lines.add(indent + "- " + flow(item));
        continue;
      }
      int first = lines.size();
      children(lines, indent + "  ", item);
      lines.set(first, indent + "- " + lines.get(first).substring(indent.length() + 2));
    }
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
    return PLAIN.matcher(text).matches() && !WORDS_OF_YAML.matcher(text).matches()
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
