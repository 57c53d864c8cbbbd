package dev.pglet.cli.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.manifest.edit.text.YamlValue;
import dev.pglet.manifest.parse.NearestName;
import dev.pglet.manifest.parse.PlainScalar;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a user means by the name of a field: a path below {@code spec}, with or without {@code
 * spec.} before it, or, of a kind that has them, the name of a parameter.
 *
 * @param path from the document's root
 * @param schema what may stand there
 */
record SpecField(FieldPath path, JsonNode schema) {
  private static final Pattern PARAMETER = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z0-9_]+)?");
  private static final String SPEC = "spec";
  private static final String PARAMETERS = "parameters";

  /**
   * Finds the field.
   *
   * @throws UsageError when the kind has none of that name
   */
  static SpecField of(CrdDefinition kind, String name) {
    JsonNode spec = kind.schema().path("properties").path(SPEC);
    FieldPath root = FieldPath.of(SPEC);
    boolean explicit = name.startsWith(SPEC + ".");
    String rest = explicit ? name.substring(SPEC.length() + 1) : name;
    String first = rest.split("[.\\[]", 2)[0];
    boolean field = spec.path("properties").has(first);
    boolean hasParameters = spec.path("properties").has(PARAMETERS);
    if (field || explicit || !hasParameters) {
      return below(kind, root, spec, rest);
    }
    Optional<String> meant = NearestName.of(first, names(spec));
    if (meant.isPresent() || !PARAMETER.matcher(rest).matches()) {
      throw new UsageError(
          "%s has no field '%s'%s For a parameter of that name write %s.%s"
              .formatted(
                  kind.kind(),
                  first,
                  meant.map(other -> "; did you mean '" + other + "'?").orElse("."),
                  PARAMETERS,
                  rest));
    }
    return below(kind, root, spec, PARAMETERS + "." + rest);
  }

  private static SpecField below(CrdDefinition kind, FieldPath at, JsonNode schema, String rest) {
    if (schema.path("properties").isObject()) {
      String name = rest.split("[.\\[]", 2)[0];
      JsonNode child = schema.path("properties").path(name);
      if (child.isMissingNode()) {
        throw new UsageError(
            "%s has no field '%s'%s"
                .formatted(kind.kind(), at.child(name), hint(name, names(schema))));
      }
      if (rest.length() == name.length()) {
        return new SpecField(at.child(name), child);
      }
      if (rest.charAt(name.length()) == '[') {
        throw new UsageError(
            "%s is a list, which is set as a whole: '%s=[…]'; to change one item: pglet edit"
                .formatted(at.child(name), name));
      }
      return below(kind, at.child(name), child, rest.substring(name.length() + 1));
    }
    if (schema.has("additionalProperties")) {
      return new SpecField(at.child(rest), schema.path("additionalProperties"));
    }
    throw new UsageError("%s of %s has no fields below it".formatted(at, kind.kind()));
  }

  private static String hint(String name, List<String> known) {
    return NearestName.of(name, known)
        .map(other -> "; did you mean '" + other + "'?")
        .orElseGet(() -> "; there are " + String.join(", ", known));
  }

  private static List<String> names(JsonNode schema) {
    List<String> names = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Whether fields stand below it, and no value. */
  boolean isMapping() {
    return schema.path("properties").isObject() || schema.has("additionalProperties");
  }

  /**
   * A value as the user wrote it, in the type of the field. What does not fit is taken as text, so
   * that the check of the manifest says what is wrong with it.
   */
  JsonNode value(String text) {
    if (isMapping()) {
      throw new UsageError(
          "%s is a mapping: set its fields, such as %s=…"
              .formatted(path, path.child(names(schema).stream().findFirst().orElse("NAME"))));
    }
    boolean whole = PlainScalar.isDecimalInteger(text);
    return switch (schema.path("type").asText()) {
      case "integer" -> whole ? number(text) : TextNode.valueOf(text);
      case "number" -> PlainScalar.isDecimalNumber(text) ? number(text) : TextNode.valueOf(text);
      case "boolean" ->
          text.equals("true") || text.equals("false")
              ? BooleanNode.valueOf(text.equals("true"))
              : TextNode.valueOf(text);
      case "array" -> list(text);
      default -> TextNode.valueOf(text);
    };
  }

  private static JsonNode number(String text) {
    return DecimalNode.valueOf(new BigDecimal(text));
  }

  private JsonNode list(String text) {
    try {
      Optional<JsonNode> list =
          YamlReader.read(text + "\n").stream()
              .findFirst()
              .flatMap(document -> YamlValue.of(document.root()))
              .filter(JsonNode::isArray);
      if (list.isPresent()) {
        return list.get();
      }
    } catch (YamlRejected e) {
      throw new UsageError(
          "%s is a list, and '%s' is none: %s".formatted(path, text, e.getMessage()));
    }
    throw new UsageError(
        "%s is a list, and '%s' is none; write it as '[a, b]'".formatted(path, text));
  }

  /** The patch that gives the field a value; {@code null} of JSON removes it. */
  ObjectNode patch(JsonNode value) {
    return MergePatch.at(path, value);
  }
}
