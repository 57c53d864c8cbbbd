package dev.pglet.reconcile.engine.preview;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pglet.manifest.edit.change.FieldPath;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values as they may be shown. A manifest should name secrets and not hold them; where somebody has
 * written one all the same, it is not repeated.
 */
final class Secrets {
  static final String MASK = "********";

  /** A field whose own value is a secret: not those below it, which say where one is kept. */
  private static final Pattern NAME =
      Pattern.compile(".*(password|passwd|passphrase|secret|credential|private_?key|api_?key)s?");

  /** Says under which name a secret is kept. */
  private static final String REFERENCE = "secret";

  /** Within connection strings, URIs and SQL: all up to the secret stays. */
  private static final List<Pattern> INSIDE =
      List.of(
          Pattern.compile(
              "((?i:password|passwd|passphrase)\\s*=\\s*)('(?:[^'\\\\]|\\\\.|'')*'|\\S+)"),
          Pattern.compile("((?i:\\bpassword)\\s+)('(?:[^']|'')*')"),
          Pattern.compile("(\\w+://[^\\s:/@]*:)([^\\s/@]+)(?=@)"));

  private Secrets() {}

  static String masked(FieldPath path, JsonNode value) {
    boolean whole =
        !path.isRoot() && path.last() instanceof FieldPath.Key key && isSecret(key.name(), value);
    JsonNode shown = whole ? TextNode.valueOf(MASK) : masked(value);
    return shown.isTextual() && isPlain(shown.asText()) ? shown.asText() : shown.toString();
  }

  private static boolean isPlain(String text) {
    return !text.isBlank() && text.chars().noneMatch(c -> c < ' ');
  }

  private static boolean isSecret(String name, JsonNode value) {
    return value.isValueNode()
        && !name.equals(REFERENCE)
        && !value.isBoolean()
        && NAME.matcher(name.toLowerCase(Locale.ROOT)).matches();
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
                            ? TextNode.valueOf(MASK)
                            : masked(field.getValue())));
        yield shown;
      }
      case ArrayNode array -> {
        ArrayNode shown = JsonNodeFactory.instance.arrayNode();
        array.forEach(item -> shown.add(masked(item)));
        yield shown;
      }
      case TextNode text -> TextNode.valueOf(masked(text.asText()));
      default -> value;
    };
  }

  private static String masked(String text) {
    String shown = text;
    for (Pattern pattern : INSIDE) {
      shown = pattern.matcher(shown).replaceAll("$1" + Matcher.quoteReplacement(MASK));
    }
    return shown;
  }
}
