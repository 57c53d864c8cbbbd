package dev.pglet.reconcile.engine.preview;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.change.FieldChange;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.TreeDiff;
import dev.pglet.reconcile.Preview.Difference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the user changes between two objects of the API, field by field. */
public final class Differences {
  private static final JsonNode NOTHING = JsonNodeFactory.instance.missingNode();

  /** Where an empty mapping says no more than none. */
  private static final Set<FieldPath> TOPS =
      Set.of(
          FieldPath.of("spec"),
          FieldPath.of("metadata", "labels"),
          FieldPath.of("metadata", "annotations"));

  private final ObjectNode before;
  private final List<Difference> found = new ArrayList<>();

  private Differences(ObjectNode before) {
    this.before = before;
  }

  /** Of the specs, the labels and the annotations. */
  public static List<Difference> between(ObjectNode before, ObjectNode after) {
    ObjectNode old = users(before);
    Differences differences = new Differences(old);
    TreeDiff.between(old, users(after)).forEach(differences::add);
    return List.copyOf(differences.found);
  }

  private static ObjectNode users(ObjectNode object) {
    ObjectNode users = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = users.putObject("metadata");
    for (String field : List.of("labels", "annotations")) {
      metadata.set(
          field,
          object.path("metadata").path(field) instanceof ObjectNode values
              ? values
              : JsonNodeFactory.instance.objectNode());
    }
    users.set(
        "spec",
        object.path("spec") instanceof ObjectNode spec
            ? spec
            : JsonNodeFactory.instance.objectNode());
    return users;
  }

  private void add(FieldChange change) {
    switch (change) {
      case FieldChange.Put put -> leaves(put.path(), put.path().in(before), put.value());
      case FieldChange.Insert insert -> leaves(insert.path(), NOTHING, insert.value());
      case FieldChange.Remove remove -> leaves(remove.path(), remove.path().in(before), NOTHING);
    }
  }

  /** A whole mapping that comes or goes is shown by its fields, so that each can be read. */
  private void leaves(FieldPath path, JsonNode old, JsonNode now) {
    Map<FieldPath, JsonNode> was = new LinkedHashMap<>();
    Map<FieldPath, JsonNode> is = new LinkedHashMap<>();
    flatten(path, old, was);
    flatten(path, now, is);
    Set<FieldPath> paths = new LinkedHashSet<>(was.keySet());
    paths.addAll(is.keySet());
    for (FieldPath leaf : paths) {
      JsonNode value = was.getOrDefault(leaf, NOTHING);
      JsonNode wanted = is.getOrDefault(leaf, NOTHING);
      if (!TreeDiff.same(value, wanted)) {
        found.add(new Difference(leaf.toString(), text(leaf, value), text(leaf, wanted)));
      }
    }
  }

  private static void flatten(FieldPath path, JsonNode value, Map<FieldPath, JsonNode> into) {
    if (value instanceof ObjectNode fields && (!fields.isEmpty() || TOPS.contains(path))) {
      fields
          .properties()
          .forEach(field -> flatten(path.child(field.getKey()), field.getValue(), into));
    } else if (!value.isMissingNode()) {
      into.put(path, value);
    }
  }

  private static Optional<String> text(FieldPath path, JsonNode value) {
    return value.isMissingNode() ? Optional.empty() : Optional.of(Secrets.masked(path, value));
  }
}
