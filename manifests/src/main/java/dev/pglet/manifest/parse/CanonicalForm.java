package dev.pglet.manifest.parse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** One text for all ways to write one tree: keys in order, scalars by their text. */
public final class CanonicalForm {
  private CanonicalForm() {}

  public static String of(JsonNode tree) {
    StringBuilder out = new StringBuilder();
    append(tree, out);
    return out.toString();
  }

  /** SHA-256 of the canonical form, in hexadecimal. */
  static String hash(JsonNode tree) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(of(tree).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void append(JsonNode node, StringBuilder out) {
    switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, JsonNode> fields = new TreeMap<>();
        node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        out.append('{');
        fields.forEach(
            (name, value) -> {
              out.append(TextNode.valueOf(name)).append(':');
              append(value, out);
              out.append(',');
            });
        out.append('}');
      }
      case ARRAY -> {
        out.append('[');
        node.forEach(
            item -> {
              append(item, out);
              out.append(',');
            });
        out.append(']');
      }
      case NULL, MISSING -> out.append("null");
      default -> out.append(TextNode.valueOf(node.asText()));
    }
  }
}
