package dev.pglet.manifest.parse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Scalar;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * YAML to a JSON tree in which each scalar has the type that the schema asks for if its text can
 * only mean that, and the type that YAML 1.2 gives it otherwise (which the schema check then
 * refuses). Where the schema asks for text, the tree holds the text of the file.
 */
final class TypedTree {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private TypedTree() {}

  /** A field without a value is an absent field, where the schema knows it. */
  static JsonNode of(YamlNode node, JsonNode schema) {
    return switch (node) {
      case Scalar scalar -> scalar(scalar, schema);
      case Sequence sequence -> {
        ArrayNode array = JSON.arrayNode();
        sequence.items().forEach(item -> array.add(of(item, schema.path("items"))));
        yield array;
      }
      case Mapping mapping -> object(mapping, schema);
      case YamlNode.Alias alias ->
          throw new IllegalArgumentException("alias " + alias.name() + " must have been refused");
    };
  }

  private static ObjectNode object(Mapping mapping, JsonNode schema) {
    ObjectNode object = JSON.objectNode();
    for (Entry entry : mapping.entries()) {
      String key = ((Scalar) entry.key()).text();
      boolean absent = entry.value() instanceof Scalar value && value.isNull();
      if (!absent || !schema.path("properties").has(key)) {
        object.set(key, of(entry.value(), ClosedSchema.field(schema, key)));
      }
    }
    return object;
  }

  private static JsonNode scalar(Scalar scalar, JsonNode schema) {
    String text = scalar.text();
    if (!scalar.plain()) {
      return JSON.textNode(text);
    }
    if (scalar.isNull()) {
      return JSON.nullNode();
    }
    if (schema.path(ClosedSchema.ANY_SCALAR).asBoolean()
        || (schema.path(ClosedSchema.INT_OR_STRING).asBoolean()
            && PlainScalar.isDecimalInteger(text))) {
      return JSON.textNode(text);
    }
    String type = schema.path("type").asText();
    boolean number = type.equals("number") && PlainScalar.isDecimalNumber(text);
    if (PlainScalar.isDecimalInteger(text)) {
      return JSON.numberNode(new BigInteger(text));
    }
    if (number) {
      return JSON.numberNode(new BigDecimal(text));
    }
    if (type.equals("integer") || type.equals("number")) {
      // 0700, 0x1F or 1_000 mean different numbers to different readers: text, so it is refused.
      return JSON.textNode(text);
    }
    if (PlainScalar.isBoolean(text)) {
      return JSON.booleanNode(text.charAt(0) == 't' || text.charAt(0) == 'T');
    }
    // Only that it is no string matters from here on, not which number it is.
    return PlainScalar.isNumber(text) ? JSON.numberNode(0) : JSON.textNode(text);
  }
}
