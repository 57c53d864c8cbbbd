package dev.pglet.manifest.parse;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Checks a tree against a closed schema, and says in plain sentences what is wrong. Thread-safe.
 */
final class SchemaCheck {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDialect(
          Dialect.builder("https://pglet.dev/crd", Dialects.getDraft202012())
              .keyword(new NonValidationKeyword(ClosedSchema.INT_OR_STRING))
              .keyword(new NonValidationKeyword(ClosedSchema.ANY_SCALAR))
              .keyword(new NonValidationKeyword("x-kubernetes-preserve-unknown-fields"))
              .build());

  private final JsonNode closed;
  private final Schema schema;

  SchemaCheck(JsonNode closed) {
    this.closed = closed;
    this.schema = REGISTRY.getSchema(closed);
  }

  /**
   * A problem at a field below the checked node; the path is relative to it.
   *
   * @param unknownField whether the field itself is not known, whatever its value
   */
  record Finding(List<Object> path, String message, boolean unknownField) {
    String field(String parent) {
      StringBuilder field = new StringBuilder(parent);
      for (Object element : path) {
        if (element instanceof Integer) {
          field.append('[').append(element).append(']');
        } else {
          field.append(field.isEmpty() ? "" : ".").append(element);
        }
      }
      return field.toString();
    }
  }

  /** At most one finding a field: the first is enough to go on. */
  List<Finding> findings(JsonNode tree, YamlNode source) {
    Map<List<Object>, Finding> findings = new LinkedHashMap<>();
    for (Error error : schema.validate(tree)) {
      List<Object> path = path(error.getInstanceLocation());
      boolean unknown = error.getKeyword().equals("additionalProperties");
      if (unknown) {
        path.add(error.getProperty());
      }
      findings.putIfAbsent(path, new Finding(List.copyOf(path), message(error, source), unknown));
    }
    return List.copyOf(findings.values());
  }

  private static List<Object> path(NodePath location) {
    List<Object> path = new ArrayList<>();
    for (int i = 0; i < location.getNameCount(); i++) {
      path.add(location.getElement(i));
    }
    return path;
  }

  private String message(Error error, YamlNode source) {
    JsonNode rule = error.getSchemaNode();
    return switch (error.getKeyword()) {
      case "additionalProperties" -> unknownField(error);
      case "required" -> "the field \"%s\" is missing; add it".formatted(error.getProperty());
      case "type" -> wrongType(error, source);
      case "enum" ->
          "must be one of %s, but is %s".formatted(list(rule), shown(error.getInstanceNode()));
      case "pattern" ->
          "must match %s, but is %s".formatted(rule.asText(), shown(error.getInstanceNode()));
      case "minimum" ->
          "must be at least %s, but is %s".formatted(rule.asText(), shown(error.getInstanceNode()));
      case "maximum" ->
          "must be at most %s, but is %s".formatted(rule.asText(), shown(error.getInstanceNode()));
      case "minLength" -> "must have at least %s characters".formatted(rule.asText());
      case "maxLength" -> "must have at most %s characters".formatted(rule.asText());
      case "minItems" -> "must have at least %s items".formatted(rule.asText());
      case "maxItems" -> "must have at most %s items".formatted(rule.asText());
      default -> error.getMessage();
    };
  }

  private String unknownField(Error error) {
    JsonNode at = schemaAt(path(error.getInstanceLocation()));
    List<String> known =
        StreamSupport.stream(
                ((Iterable<String>) () -> at.path("properties").fieldNames()).spliterator(), false)
            .toList();
    return "unknown field" + NearestName.hint(error.getProperty(), known);
  }

  private JsonNode schemaAt(List<Object> path) {
    JsonNode at = closed;
    for (Object element : path) {
      at = element instanceof Integer ? at.path("items") : ClosedSchema.field(at, (String) element);
    }
    return at;
  }

  private String wrongType(Error error, YamlNode source) {
    List<Object> path = path(error.getInstanceLocation());
    JsonNode declared = schemaAt(path);
    JsonNode actual = error.getInstanceNode();
    String written = written(source, path);
    return switch (declared.path("type").asText()) {
      case "string" -> wrongText(declared, actual, written);
      case "integer" ->
          "must be a whole number in plain digits without quotes, such as 700, but is "
              + (actual.isValueNode() ? written : shown(actual));
      case "number" ->
          "must be a number without quotes, such as 0.5, but is "
              + (actual.isValueNode() ? written : shown(actual));
      case "boolean" ->
          "must be true or false, without quotes, but is "
              + (actual.isValueNode() ? written : shown(actual));
      case "array" -> "must be a list (lines that begin with \"- \"), but is " + shown(actual);
      case "object" -> "must be a mapping (lines of \"key: value\"), but is " + shown(actual);
      default -> error.getMessage();
    };
  }

  private static String wrongText(JsonNode declared, JsonNode actual, String written) {
    if (actual.isNumber() || actual.isBoolean()) {
      return "must be text; write it in quotes: \"" + written + "\"";
    }
    if (declared.path(ClosedSchema.ANY_SCALAR).asBoolean()) {
      return "must be a string, a number or a boolean, but is "
          + (actual.isNull() ? "empty; write \"\" for the empty string" : shown(actual));
    }
    return "must be text, but is " + shown(actual);
  }

  /** The text of a scalar as the file has it. */
  private static String written(YamlNode source, List<Object> path) {
    YamlNode node = source;
    for (Object element : path) {
      node =
          switch (node) {
            case YamlNode.Mapping mapping when element instanceof String key ->
                mapping.entry(key).orElseThrow().value();
            case YamlNode.Sequence sequence when element instanceof Integer index ->
                sequence.items().get(index);
            default -> node;
          };
    }
    return node instanceof YamlNode.Scalar scalar
        ? (scalar.plain() ? scalar.text() : "\"" + scalar.text() + "\"")
        : "no scalar";
  }

  private static String list(JsonNode values) {
    return StreamSupport.stream(values.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "));
  }

  private static String shown(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "a mapping";
      case ARRAY -> "a list";
      case NULL -> "empty";
      default -> value.toString();
    };
  }
}
