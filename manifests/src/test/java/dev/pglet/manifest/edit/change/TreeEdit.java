package dev.pglet.manifest.edit.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a change means, on a tree: what the text must say after it. */
public final class TreeEdit {
  private TreeEdit() {}

  /**
   * The tree with the change made; the given one stays as it is. A change that cannot be made, or
   * that the text refuses, gives any tree at all.
   */
  public static JsonNode apply(ObjectNode tree, FieldChange change) {
    return switch (change) {
      case FieldChange.Put put -> put(tree, put.path(), put.value());
      case FieldChange.Remove remove -> {
        ObjectNode copy = tree.deepCopy();
        JsonNode holder = remove.path().parent().in(copy);
        switch (remove.path().last()) {
          case FieldPath.Key key when holder instanceof ObjectNode object ->
              object.remove(key.name());
          case FieldPath.Index index when holder instanceof ArrayNode array ->
              array.remove(index.index());
          case FieldPath.Key _, FieldPath.Index _ -> {}
        }
        yield copy;
      }
      case FieldChange.Insert insert -> {
        JsonNode holder = insert.path().parent().in(tree);
        ArrayNode items =
            holder instanceof ArrayNode array
                ? array.deepCopy()
                : JsonNodeFactory.instance.arrayNode();
        int index =
            insert.path().last() instanceof FieldPath.Index last ? last.index() : items.size();
        items.insert(index, insert.value());
        yield put(tree, insert.path().parent(), items);
      }
    };
  }

  private static JsonNode put(JsonNode tree, FieldPath path, JsonNode value) {
    if (path.isRoot()) {
      return value;
    }
    JsonNode holder = path.parent().in(tree);
    JsonNode changed =
        switch (path.last()) {
          case FieldPath.Key key -> {
            ObjectNode object =
                holder instanceof ObjectNode old
                    ? old.deepCopy()
                    : JsonNodeFactory.instance.objectNode();
            yield object.set(key.name(), value);
          }
          case FieldPath.Index index -> {
            ArrayNode array =
                holder instanceof ArrayNode old
                    ? old.deepCopy()
                    : JsonNodeFactory.instance.arrayNode();
            if (index.index() < array.size()) {
              array.set(index.index(), value);
            } else {
              array.add(value);
            }
            yield array;
          }
        };
    return put(tree, path.parent(), changed);
  }
}
