package dev.pglet.reconcile.engine.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.FieldPositions;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.layer.Resolution;
import dev.pglet.manifest.layer.Resolution.Resolved;
import dev.pglet.manifest.layer.Resolution.Unresolved;

/**
 * A whole spec as an object: {@code resource}, {@code fields} (objects with {@code field}, {@code
 * value}, which is null for none, and {@code from}), {@code problems} (lines for people; then there
 * are no fields).
 */
final class SpecReport {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private SpecReport() {}

  static ObjectNode of(Manifest raw, Resolution resolution) {
    ObjectNode report = JSON.createObjectNode();
    report.put("kind", "WholeSpec").put("apiVersion", "pglet/v1");
    report.put("resource", raw.key().toString());
    ArrayNode fields = report.putArray("fields");
    ArrayNode problems = report.putArray("problems");
    switch (resolution) {
      case Resolved resolved ->
          add(
              JSON.valueToTree(resolved.manifest().resource().getSpec()),
              "spec",
              resolved.manifest(),
              fields);
      case Unresolved unresolved ->
          unresolved.problems().stream().map(Problem::toString).forEach(problems::add);
    }
    return report;
  }

  private static void add(JsonNode value, String field, Manifest manifest, ArrayNode fields) {
    if (value.isObject() && !value.isEmpty()) {
      value
          .properties()
          .forEach(entry -> add(entry.getValue(), field + "." + entry.getKey(), manifest, fields));
    } else if (value.isArray() && !value.isEmpty()) {
      for (int i = 0; i < value.size(); i++) {
        add(value.get(i), field + "[" + i + "]", manifest, fields);
      }
    } else {
      ObjectNode one = fields.addObject();
      one.put("field", field).set("value", value);
      one.put("from", from(field, manifest));
    }
  }

  private static String from(String field, Manifest manifest) {
    FieldPositions positions = manifest.positions();
    FieldPositions.Origin inherited = positions.inherited().get(field);
    if (inherited != null) {
      return inherited.toString();
    }
    return positions.byField().containsKey(field) ? manifest.place(field) : "default";
  }
}
