package dev.pglet.reconcile.engine.preview;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.reconcile.Masking;

/**
 * Values as they may be shown. A manifest should name secrets and not hold them; where somebody has
 * written one all the same, it is not repeated.
 */
final class Secrets {
  /** Says under which name a secret is kept. */
  private static final String REFERENCE = "secret";

  private Secrets() {}

  static String masked(FieldPath path, JsonNode value) {
    boolean whole =
        !path.isRoot() && path.last() instanceof FieldPath.Key key && isSecret(key.name(), value);
    JsonNode shown = whole ? TextNode.valueOf(Masking.MASK) : masked(value);
    return shown.isTextual() && isPlain(shown.asText()) ? shown.asText() : shown.toString();
  }

  private static boolean isPlain(String text) {
    return !text.isBlank() && text.chars().noneMatch(c -> c < ' ');
  }

  /** Whether its own value is one: not those below it, which say where one is kept. */
  private static boolean isSecret(String name, JsonNode value) {
    return value.isValueNode()
        && !name.equals(REFERENCE)
        && !value.isBoolean()
        && Masking.named(name);
  }

  private static JsonNode masked(JsonNode value) {
    return switch (value) {
      case ObjectNode object -> {
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        object
            .properties()
            .forEach(
                field ->
                    shown.set(
                        field.getKey(),
                        isSecret(field.getKey(), field.getValue())
                            ? TextNode.valueOf(Masking.MASK)
                            : masked(field.getValue())));
        yield shown;
      }
      case ArrayNode array -> {
        ArrayNode shown = JsonNodeFactory.instance.arrayNode();
        array.forEach(item -> shown.add(masked(item)));
        yield shown;
      }
      case TextNode text -> TextNode.valueOf(Masking.inside(text.asText()));
      default -> value;
    };
  }
}
