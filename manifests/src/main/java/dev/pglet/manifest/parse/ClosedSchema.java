package dev.pglet.manifest.parse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A CRD's schema made strict. A CRD schema refuses no unknown field; here every object that lists
 * its {@code properties} refuses all others. What Kubernetes marks as "integer or string" and "any
 * value" of a map is text here, because it is bound as text.
 */
final class ClosedSchema {
  /** Marks text that may be written as a string, a number or a boolean. */
  static final String ANY_SCALAR = "x-pglet-any-scalar";

  /** Marks text that may be written as a whole number. */
  static final String INT_OR_STRING = "x-kubernetes-int-or-string";

  private static final String ANY_VALUE = "x-kubernetes-preserve-unknown-fields";
  private static final String RULES = "x-kubernetes-validations";

  private ClosedSchema() {}

  /** The closed form of a schema, which stays as it is. */
  static ObjectNode of(JsonNode schema) {
    ObjectNode closed = ((ObjectNode) schema).deepCopy();
    close(closed);
    return closed;
  }

  private static void close(ObjectNode schema) {
    if (schema.has(RULES)) {
      throw new IllegalArgumentException(
          "a schema carries " + RULES + ", which pglet does not evaluate; check in the record");
    }
    schema.remove("description");
    schema.remove("default");
    if (schema.path(INT_OR_STRING).asBoolean()) {
      schema.remove("anyOf");
      schema.put("type", "string");
    }
    if (schema.get("properties") instanceof ObjectNode properties) {
      properties.forEach(ClosedSchema::closeChild);
      if (!schema.has("additionalProperties") && !schema.path(ANY_VALUE).asBoolean()) {
        schema.put("additionalProperties", false);
      }
    } else if (schema.path("type").asText().equals("object")
        && !schema.has("additionalProperties")
        && !schema.path(ANY_VALUE).asBoolean()) {
      // It has no fields at all: that it is there says everything.
      schema.put("additionalProperties", false);
    }
    if (schema.get("additionalProperties") instanceof ObjectNode values) {
      if (values.path(ANY_VALUE).asBoolean() && !values.has("type")) {
        values.put("type", "string");
        values.put(ANY_SCALAR, true);
      }
      close(values);
    }
    closeChild(schema.get("items"));
    for (String combination : new String[] {"anyOf", "oneOf", "allOf"}) {
      if (schema.get(combination) instanceof ArrayNode parts) {
        // The parts are halves of one object: each alone must not refuse the other's fields.
        parts.forEach(ClosedSchema::dropComments);
      }
    }
    dropUnknownKeywords(schema);
  }

  private static void closeChild(@Nullable JsonNode child) {
    if (child instanceof ObjectNode schema) {
      close(schema);
    }
  }

  private static void dropComments(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      object.remove("description");
      dropUnknownKeywords(object);
    }
  }

  /** The validator would warn of each. They order, merge or prune: nothing to check in a file. */
  private static void dropUnknownKeywords(ObjectNode schema) {
    Iterator<Map.Entry<String, JsonNode>> fields = schema.properties().iterator();
    while (fields.hasNext()) {
      String keyword = fields.next().getKey();
      if (keyword.startsWith("x-kubernetes-")
          && !keyword.equals(INT_OR_STRING)
          && !keyword.equals(ANY_VALUE)) {
        fields.remove();
      }
    }
  }

  /** The schema of a field of an object; an empty schema when it has none. */
  static JsonNode field(JsonNode schema, String name) {
    JsonNode declared = schema.path("properties").get(name);
    if (declared != null) {
      return declared;
    }
    return schema.get("additionalProperties") instanceof ObjectNode values
        ? values
        : JsonNodeFactory.instance.objectNode();
  }
}
