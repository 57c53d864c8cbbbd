package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.parse.PlainScalar;
import dev.pglet.manifest.parse.YamlNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/** What a node of YAML means, as JSON. */
public final class YamlValue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private YamlValue() {}

  /** Empty when it cannot be said: an alias, a tag, a key that is no scalar, a key twice. */
  public static Optional<JsonNode> of(YamlNode node) {
    if (node.properties().tag() != null) {
      return Optional.empty();
    }
    return switch (node) {
      case YamlNode.Scalar scalar -> Optional.of(scalar(scalar));
      case YamlNode.Alias _ -> Optional.empty();
      case YamlNode.Sequence sequence -> {
        ArrayNode array = JSON.arrayNode();
        boolean all =
            sequence.items().stream()
                .map(YamlValue::of)
                .allMatch(
                    item -> {
                      item.ifPresent(array::add);
                      return item.isPresent();
                    });
        yield all ? Optional.of(array) : Optional.empty();
      }
      case YamlNode.Mapping mapping -> object(mapping);
    };
  }

  private static Optional<JsonNode> object(YamlNode.Mapping mapping) {
    ObjectNode object = JSON.objectNode();
    for (YamlNode.Entry entry : mapping.entries()) {
      Optional<JsonNode> value = of(entry.value());
      if (!(entry.key() instanceof YamlNode.Scalar key)
          || value.isEmpty()
          || object.has(key.text())) {
        return Optional.empty();
      }
      object.set(key.text(), value.get());
    }
    return Optional.of(object);
  }

  private static JsonNode scalar(YamlNode.Scalar scalar) {
    String text = scalar.text();
    if (!scalar.plain()) {
      return JSON.textNode(text);
    }
    if (PlainScalar.isNull(text)) {
      return JSON.nullNode();
    }
    if (PlainScalar.isBoolean(text)) {
      return JSON.booleanNode(text.equalsIgnoreCase("true"));
    }
    if (PlainScalar.isDecimalInteger(text)) {
      return JSON.numberNode(new BigInteger(text));
    }
    return PlainScalar.isDecimalNumber(text)
        ? JSON.numberNode(new BigDecimal(text))
        : JSON.textNode(text);
  }
}
