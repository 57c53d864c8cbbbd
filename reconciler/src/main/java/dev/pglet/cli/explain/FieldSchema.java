package dev.pglet.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.parse.NearestName;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the schema of a kind says of one field.
 *
 * @param path from the root, such as {@code spec.network.port}
 */
record FieldSchema(String path, JsonNode schema) {
  private static final Pattern DEFAULT = Pattern.compile("Default:? (.+?)\\.(?: |$)");
  private static final Pattern CHANGE = Pattern.compile("Change:? (.+?)\\.?$");

  /**
   * Finds a field.
   *
   * @param words field names; {@code spec} may be left out
   * @throws UsageError naming the nearest field that there is
   */
  static FieldSchema find(CrdDefinition kind, List<String> words) {
    JsonNode root = kind.schema();
    List<String> names = new ArrayList<>(words);
    if (!names.isEmpty() && root.path("properties").path(names.getFirst()).isMissingNode()) {
      names.addFirst("spec");
    }
    FieldSchema at = new FieldSchema("", root);
    for (String name : names) {
      at = at.child(name, kind);
    }
    return at;
  }

  private FieldSchema child(String name, CrdDefinition kind) {
    JsonNode fields = properties();
    String below = path.isEmpty() ? name : path + "." + name;
    if (fields.has(name)) {
      return new FieldSchema(below, fields.get(name));
    }
    if (schema.has("additionalProperties")) {
      // The keys of a map are the user's: what is said of the map holds for each.
      return new FieldSchema(path, schema);
    }
    List<String> known = new ArrayList<>();
    fields.fieldNames().forEachRemaining(known::add);
    throw new UsageError(
        "%s has no field '%s'%s"
            .formatted(
                path.isEmpty() ? kind.kind() : kind.kind() + "." + path,
                name,
                NearestName.of(name, known)
                    .map(nearest -> "; did you mean '" + nearest + "'?")
                    .orElse(known.isEmpty() ? "" : "; there are: " + String.join(", ", known))));
  }

  /** The fields of it, or of each of its items. */
  private JsonNode properties() {
    return schema.path("type").asText().equals("array")
        ? schema.path("items").path("properties")
        : schema.path("properties");
  }

  List<FieldSchema> children() {
    List<FieldSchema> children = new ArrayList<>();
    Iterator<String> names = properties().fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      children.add(new FieldSchema(name, properties().get(name)));
    }
    return children;
  }

  /** Such as {@code integer}, {@code string}, {@code list of object}, {@code map of text}. */
  String type() {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return "string or integer";
    }
    if (schema.has("additionalProperties")) {
      return "map of text";
    }
    String type = schema.path("type").asText("object");
    return type.equals("array") ? "list of " + schema.at("/items/type").asText("object") : type;
  }

  /** What values it takes; empty when any of its type will do. */
  Optional<String> values() {
    if (schema.has("enum")) {
      List<String> values = new ArrayList<>();
      schema.get("enum").forEach(value -> values.add(value.asText()));
      return Optional.of(String.join(", ", values));
    }
    if (schema.has("minimum") || schema.has("maximum")) {
      return Optional.of(
          schema.path("minimum").asText("…") + " to " + schema.path("maximum").asText("…"));
    }
    return schema.has("pattern") ? Optional.of(schema.get("pattern").asText()) : Optional.empty();
  }

  String description() {
    return schema.path("description").asText();
  }

  Optional<String> byDefault() {
    return first(DEFAULT);
  }

  /** What a change of it does to what is there. */
  Optional<String> effect() {
    return first(CHANGE);
  }

  private Optional<String> first(Pattern pattern) {
    Matcher matcher = pattern.matcher(description());
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
