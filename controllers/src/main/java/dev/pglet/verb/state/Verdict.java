package dev.pglet.verb.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.verb.NamedServer;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a server is well.
 *
 * @param status {@code healthy}, {@code degraded}, {@code unhealthy}, or {@code stopped} for one
 *     that shall not run
 * @param problems one line for people each
 * @param checks as its status has them
 */
record Verdict(String resource, String status, List<String> problems, JsonNode checks) {
  /** By its checks where there are some, else by its conditions. */
  static Verdict of(NamedServer server) {
    JsonNode health = server.status().path("health");
    JsonNode checks = health.path("checks");
    String name = server.key().toString();
    List<Trouble> troubles = Trouble.of(server);
    if (Trouble.meantToBeDown(server) && troubles.isEmpty()) {
      return new Verdict(name, "stopped", List.of(), checks);
    }
    String status = health.path("status").asText();
    if (server.running() && !status.isEmpty()) {
      List<String> problems = new ArrayList<>();
      for (JsonNode check : checks) {
        if (!check.path("status").asText().equals("pass")) {
          problems.add(line(check));
        }
      }
      return new Verdict(name, status, problems, checks);
    }
    return new Verdict(
        name,
        troubles.isEmpty() ? "healthy" : "unhealthy",
        troubles.stream().map(Trouble::toString).toList(),
        checks);
  }

  private static String line(JsonNode check) {
    String value = check.path("value").asText();
    String message = check.path("message").asText();
    return "%s %s%s%s"
        .formatted(
            check.path("status").asText(),
            check.path("name").asText(),
            value.isEmpty() ? "" : " " + value,
            message.isEmpty() ? "" : ": " + message);
  }

  boolean healthy() {
    return status.equals("healthy") || status.equals("stopped");
  }

  ObjectNode json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("resource", resource)
            .put("healthy", healthy())
            .put("status", status);
    ArrayNode lines = json.putArray("problems");
    problems.forEach(lines::add);
    if (checks.isArray()) {
      json.set("checks", checks);
    }
    return json;
  }
}
