package dev.pglet.manifest.edit.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The smallest changes that make one tree of another, in an order in which they can be made. */
public final class TreeDiff {
  private final List<FieldChange> changes = new ArrayList<>();

  private TreeDiff() {}

  public static List<FieldChange> between(JsonNode before, JsonNode after) {
    TreeDiff diff = new TreeDiff();
    diff.compare(FieldPath.ROOT, before, after);
    return List.copyOf(diff.changes);
  }

  private void compare(FieldPath path, JsonNode before, JsonNode after) {
    if (same(before, after)) {
      return;
    }
    if (before instanceof ObjectNode old && after instanceof ObjectNode now && !now.isEmpty()) {
      compareObjects(path, old, now);
    } else if (before instanceof ArrayNode old
        && after instanceof ArrayNode now
        && !now.isEmpty()) {
      compareArrays(path, old, now);
    } else {
      changes.add(new FieldChange.Put(path, after));
    }
  }

  /** New fields first: a mapping that is to be emptied and filled is never empty meanwhile. */
  private void compareObjects(FieldPath path, ObjectNode before, ObjectNode after) {
    for (Map.Entry<String, JsonNode> field : after.properties()) {
      FieldPath at = path.child(field.getKey());
      JsonNode old = before.get(field.getKey());
      if (old == null) {
        changes.add(new FieldChange.Put(at, field.getValue()));
      } else {
        compare(at, old, field.getValue());
      }
    }
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      if (!after.has(field.getKey())) {
        changes.add(new FieldChange.Remove(path.child(field.getKey())));
      }
    }
  }

  /** Items that are equal at both ends stay; those between are compared one by one. */
  private void compareArrays(FieldPath path, ArrayNode before, ArrayNode after) {
    int least = Math.min(before.size(), after.size());
    int head = 0;
    while (head < least && same(before.get(head), after.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < least - head
        && same(before.get(before.size() - 1 - tail), after.get(after.size() - 1 - tail))) {
      tail++;
    }
    int both = least - head - tail;
    for (int i = head; i < head + both; i++) {
      compare(path.child(i), before.get(i), after.get(i));
    }
    for (int i = head + both; i < after.size() - tail; i++) {
      changes.add(new FieldChange.Insert(path.child(i), after.get(i)));
    }
    for (int i = before.size() - tail - 1; i >= head + both; i--) {
      changes.add(new FieldChange.Remove(path.child(i)));
    }
  }

  /** Whether two trees say the same: text is never a number, and 1.0 is 1. */
  public static boolean same(JsonNode one, JsonNode other) {
    if (one.getNodeType() != other.getNodeType()) {
      return false;
    }
    return switch (one.getNodeType()) {
      case OBJECT ->
          one.size() == other.size()
              && one.properties().stream()
                  .allMatch(
                      field ->
                          other.has(field.getKey())
                              && same(field.getValue(), other.get(field.getKey())));
      case ARRAY ->
          one.size() == other.size()
              && IntStream.range(0, one.size()).allMatch(i -> same(one.get(i), other.get(i)));
      case NUMBER -> one.decimalValue().compareTo(other.decimalValue()) == 0;
      default -> one.asText().equals(other.asText());
    };
  }
}
