package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Session;
import dev.pglet.cli.output.OutputFormat;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.List;

/** What is there without a manifest: retained data, unmanaged servers and held deletions. */
final class OrphanListing {
  private OrphanListing() {}

  static void print(Session session, OutputFormat format, boolean headers)
      throws ReconcileException {
    List<ObjectNode> orphans = orphans(session);
    switch (format) {
      case OutputFormat.Name() ->
          orphans.forEach(each -> session.out().println(each.path("resource").asText()));
      case OutputFormat.Table(boolean wide) -> table(session, orphans, headers);
      case OutputFormat.Json json -> session.out().print(GetCommand.text(list(orphans), json));
      case OutputFormat.Yaml yaml -> session.out().print(GetCommand.text(list(orphans), yaml));
      case OutputFormat.Path path -> session.out().print(GetCommand.text(list(orphans), path));
    }
  }

  private static ObjectNode list(List<ObjectNode> orphans) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("apiVersion", "pglet/v1").put("kind", "OrphanList");
    ArrayNode items = list.putArray("items");
    orphans.forEach(items::add);
    return list;
  }

  private static List<ObjectNode> orphans(Session session) throws ReconcileException {
    List<ObjectNode> orphans = new ArrayList<>();
    for (String key : session.heldPrunes()) {
      orphans.add(
          orphan(
              key,
              "held",
              "",
              "",
              "its manifest is gone and it keeps running. To keep it, put the manifest back or run: pglet adopt %s; to delete all that is held: pglet prune --confirm"
                  .formatted(key)));
    }
    for (JsonNode each : session.unmanaged()) {
      orphans.add(
          orphan(
              each.path("resource").asText(),
              each.path("retained").asBoolean() ? "retained" : "unmanaged",
              each.path("root").asText(),
              each.path("place").asText(),
              each.path("explanation").asText()));
    }
    return orphans;
  }

  private static ObjectNode orphan(
      String key, String state, String root, String place, String explanation) {
    ObjectNode orphan = JsonNodeFactory.instance.objectNode();
    orphan.put("resource", key).put("state", state);
    if (!root.isEmpty()) {
      orphan.put("manifests", root);
    }
    if (!place.isEmpty()) {
      orphan.put("data", place);
    }
    return orphan.put("explanation", explanation);
  }

  /** What to do is a sentence, and stands below the table that it would tear apart. */
  private static void table(Session session, List<ObjectNode> orphans, boolean headers) {
    if (orphans.isEmpty()) {
      session.err().println("No orphans found: everything that is there has a manifest.");
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    if (headers) {
      lines.add(List.of("RESOURCE", "STATE", "MANIFESTS", "DATA"));
    }
    for (ObjectNode each : orphans) {
      lines.add(
          List.of(
              each.path("resource").asText(),
              each.path("state").asText(),
              each.path("manifests").asText("-"),
              each.path("data").asText("-")));
    }
    TablePrinter.print(session.out(), lines);
    for (ObjectNode each : orphans) {
      session
          .err()
          .printf("%s: %s%n", each.path("resource").asText(), each.path("explanation").asText());
    }
  }
}
