package dev.pglet.manifest.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.parse.CanonicalForm;
import java.util.List;
import java.util.Set;

/**
 * Fields of a status that change by themselves, such as sizes: alone they are no reason to write a
 * file, which somebody may watch with git.
 *
 * @param pointers JSON pointers into the status; {@code *} stands for every item of a list
 */
public record VolatileFields(Set<String> pointers) {
  public static final VolatileFields NONE = new VolatileFields(Set.of());

  public VolatileFields {
    pointers = Set.copyOf(pointers);
    for (String pointer : pointers) {
      if (!pointer.startsWith("/")) {
        throw new IllegalArgumentException("not a JSON pointer: " + pointer);
      }
    }
  }

  public boolean isEmpty() {
    return pointers.isEmpty();
  }

  /** Whether both say the same but in these fields. */
  public boolean same(JsonNode one, JsonNode other) {
    return CanonicalForm.of(without(one)).equals(CanonicalForm.of(without(other)));
  }

  /** A copy without these fields. */
  public JsonNode without(JsonNode status) {
    JsonNode rest = status.deepCopy();
    pointers.forEach(pointer -> remove(rest, List.of(pointer.substring(1).split("/", -1))));
    return rest;
  }

  private static void remove(JsonNode from, List<String> path) {
    String first = path.getFirst().replace("~1", "/").replace("~0", "~");
    List<String> rest = path.subList(1, path.size());
    if (first.equals("*") && from.isArray()) {
      from.forEach(item -> remove(item, rest));
    } else if (!rest.isEmpty()) {
      remove(from.path(first), rest);
    } else if (from instanceof ObjectNode fields) {
      fields.remove(first);
    }
  }
}
