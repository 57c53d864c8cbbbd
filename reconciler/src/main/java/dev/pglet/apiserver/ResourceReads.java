package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Get, list and watch. */
final class ResourceReads {
  private final ApiBackend backend;
  private final Tables tables;

  ResourceReads(ApiBackend backend, Tables tables) {
    this.backend = backend;
    this.tables = tables;
  }

  void answer(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    if (path.name().isPresent()) {
      get(exchange, path);
    } else if (Answers.isTrue(exchange, "watch")) {
      watch(exchange, path);
    } else {
      list(exchange, path);
    }
  }

  private void get(Exchange exchange, ResourcePath path) throws ApiError, ReconcileException {
    long version = backend.resourceVersion();
    ObjectNode object = backend.get(path.key().orElseThrow()).orElseThrow(() -> path.notFound());
    Answers.json(
        exchange,
        200,
        Answers.asTable(exchange) ? tables.table(path.kind(), List.of(object), version) : object);
  }

  private void list(Exchange exchange, ResourcePath path) throws ApiError, ReconcileException {
    Predicate<ObjectNode> chosen = chosen(exchange, path);
    // Read before the objects: a watch from there may tell a change twice, but never misses one.
    long version = backend.resourceVersion();
    List<ObjectNode> objects = backend.list(path.kind()).stream().filter(chosen).toList();
    if (Answers.asTable(exchange)) {
      Answers.json(exchange, 200, tables.table(path.kind(), objects, version));
      return;
    }
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", path.kind().kind() + "List").put("apiVersion", path.kind().apiVersion());
    list.putObject("metadata").put("resourceVersion", Long.toString(version));
    ArrayNode items = list.putArray("items");
    objects.forEach(items::add);
    Answers.json(exchange, 200, list);
  }

  private void watch(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    if (exchange.query("sendInitialEvents").isPresent()) {
      throw new ApiError(
          422,
          "Invalid",
          "sendInitialEvents is not supported; list first, then watch from that resourceVersion");
    }
    boolean selective =
        exchange.query("labelSelector").isPresent() || exchange.query("fieldSelector").isPresent();
    new WatchStream(
            backend,
            tables,
            path.kind(),
            Answers.asTable(exchange),
            chosen(exchange, path),
            selective)
        .run(exchange);
  }

  private static Predicate<ObjectNode> chosen(Exchange exchange, ResourcePath path)
      throws ApiError {
    Predicate<ObjectNode> chosen =
        object ->
            path.namespace()
                .map(ns -> object.path("metadata").path("namespace").asText().equals(ns))
                .orElse(true);
    Optional<String> labels = exchange.query("labelSelector");
    if (labels.isPresent()) {
      chosen = chosen.and(Selector.labels(labels.get()));
    }
    Optional<String> fields = exchange.query("fieldSelector");
    if (fields.isPresent()) {
      chosen = chosen.and(Selector.fields(fields.get()));
    }
    return chosen;
  }
}
