package dev.pglet.manifest.edit.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;

/** JSON merge patches, as RFC 7386 defines them. */
public final class MergePatch {
  private MergePatch() {}

  /** The patch that gives a field below mappings a text. */
  public static ObjectNode putting(FieldPath field, String value) {
    return at(field, TextNode.valueOf(value));
  }

  /**
   * The patch that gives a field below mappings a value.
   *
   * @param value {@code null} of JSON to remove the field
   */
  public static ObjectNode at(FieldPath field, JsonNode value) {
    JsonNode patch = value;
    for (FieldPath.Part part : field.parts().reversed()) {
      patch =
          switch (part) {
            case FieldPath.Key key -> JsonNodeFactory.instance.objectNode().set(key.name(), patch);
            case FieldPath.Index _ ->
                throw new IllegalArgumentException(field + ": a merge patch knows no items");
          };
    }
    return (ObjectNode) patch;
  }

  /** One patch that does what both do; of a field that both give a value, the other's. */
  public static JsonNode join(JsonNode one, JsonNode other) {
    if (!(one instanceof ObjectNode first) || !(other instanceof ObjectNode second)) {
      return other;
    }
    ObjectNode joined = first.deepCopy();
    for (Map.Entry<String, JsonNode> field : second.properties()) {
      JsonNode there = joined.path(field.getKey());
      joined.set(field.getKey(), join(there, field.getValue()));
    }
    return joined;
  }

  /**
   * The patch that makes one tree of another: empty where they say the same. What is {@code null}
   * in either is absent; a list is one value.
   */
  public static ObjectNode between(ObjectNode from, ObjectNode to) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : to.properties()) {
      JsonNode wanted = field.getValue();
      JsonNode there = from.path(field.getKey());
      if (wanted.isNull() || TreeDiff.same(there, wanted)) {
        continue;
      }
      patch.set(
          field.getKey(),
          there instanceof ObjectNode old && wanted instanceof ObjectNode now
              ? between(old, now)
              : wanted);
    }
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      if (!field.getValue().isNull() && !to.hasNonNull(field.getKey())) {
        patch.putNull(field.getKey());
      }
    }
    return patch;
  }

  /** What the patch makes of a tree, which stays as it is. */
  public static JsonNode apply(JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      return patch.deepCopy();
    }
    ObjectNode result =
        target instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      if (field.getValue().isNull()) {
        result.remove(field.getKey());
      } else {
        result.set(field.getKey(), apply(result.path(field.getKey()), field.getValue()));
      }
    }
    return result;
  }
}
