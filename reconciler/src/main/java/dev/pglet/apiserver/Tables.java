package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Renders objects as Kubernetes' {@code Table}: the name, the kind's columns, the age. Dates are
 * rendered as ages, as Kubernetes does.
 */
public final class Tables {
  private final InstantSource clock;

  public Tables(InstantSource clock) {
    this.clock = clock;
  }

  public ObjectNode table(CrdDefinition kind, List<ObjectNode> objects, long resourceVersion) {
    ObjectNode table = JsonNodeFactory.instance.objectNode();
    table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    table.putObject("metadata").put("resourceVersion", Long.toString(resourceVersion));
    ArrayNode columns = table.putArray("columnDefinitions");
    column(columns, "Name", "string", 0).put("format", "name");
    for (CrdDefinition.Column column : kind.columns()) {
      column(columns, column.name(), column.type(), column.priority());
    }
    column(columns, "Age", "string", 0);
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode object : objects) {
      row(rows.addObject(), kind, object);
    }
    return table;
  }

  private static ObjectNode column(ArrayNode columns, String name, String type, int priority) {
    return columns.addObject().put("name", name).put("type", type).put("priority", priority);
  }

  private void row(ObjectNode row, CrdDefinition kind, ObjectNode object) {
    ArrayNode cells = row.putArray("cells");
    cells.add(object.path("metadata").path("name").asText());
    for (CrdDefinition.Column column : kind.columns()) {
      cells.add(cell(column, JsonPath.parse(column.jsonPath()).find(object)));
    }
    cells.add(age(object.path("metadata").path("creationTimestamp").asText()));
    ObjectNode partial = row.putObject("object");
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    partial.set("metadata", object.path("metadata").deepCopy());
  }

  private JsonNode cell(CrdDefinition.Column column, List<JsonNode> found) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (found.isEmpty()) {
      return json.nullNode();
    }
    JsonNode first = found.getFirst();
    if (column.type().equals("date")) {
      return json.textNode(age(first.asText()));
    }
    if (found.size() == 1 && (first.isNumber() || first.isBoolean())) {
      return first;
    }
    return json.textNode(found.stream().map(JsonNode::asText).collect(Collectors.joining(",")));
  }

  /** How long ago an RFC 3339 time was, in Kubernetes' short form. */
  String age(String time) {
    try {
      return shortForm(Duration.between(Instant.parse(time), clock.instant()));
    } catch (DateTimeParseException e) {
      return "<unknown>";
    }
  }

  /** {@code 59s}, {@code 3m5s}, {@code 12m}, {@code 5h3m}, {@code 3d}, {@code 2y}. */
  static String shortForm(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    long minutes = seconds / 60;
    long hours = minutes / 60;
    long days = hours / 24;
    if (seconds < 120) {
      return seconds + "s";
    }
    if (minutes < 10) {
      return minutes + "m" + rest(seconds % 60, "s");
    }
    if (minutes < 180) {
      return minutes + "m";
    }
    if (hours < 8) {
      return hours + "h" + rest(minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    return days < 730 ? days + "d" : days / 365 + "y";
  }

  private static String rest(long amount, String unit) {
    return amount == 0 ? "" : amount + unit;
  }
}
