package dev.pglet.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.io.IOException;

/**
 * Documents as people edit them, comments included, for which Kubernetes has no path. A document is
 * replaced only while it is what its editor has seen.
 */
final class Documents {
  private static final JsonMapper JSON = new JsonMapper();

  private final ApiBackend backend;

  Documents(ApiBackend backend) {
    this.backend = backend;
  }

  void answer(Exchange exchange) throws ApiError, ReconcileException, IOException {
    ResourceKey key =
        new ResourceKey(
            query(exchange, "kind"), query(exchange, "namespace"), query(exchange, "name"));
    switch (exchange.method()) {
      case "GET" -> Answers.json(exchange, 200, document(key));
      case "PUT" -> {
        ResourceWrites.tell(exchange, replace(key, body(exchange)));
        Answers.json(exchange, 200, document(key));
      }
      default ->
          throw new ApiError(405, "MethodNotAllowed", "a document is read by GET, written by PUT");
    }
  }

  private static String query(Exchange exchange, String name) throws ApiError {
    return exchange
        .query(name)
        .orElseThrow(() -> ApiError.badRequest("the query lacks " + name + "=…"));
  }

  private ObjectNode document(ResourceKey key) throws ApiError, ReconcileException {
    Resources.Document found =
        backend
            .document(key)
            .orElseThrow(() -> new ApiError(404, "NotFound", "no file has a document of " + key));
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Document")
        .put("apiVersion", "pglet/v1")
        .put("file", found.file())
        .put("text", found.text());
  }

  private Resources.Applied replace(ResourceKey key, JsonNode body)
      throws ApiError, ReconcileException {
    if (!body.path("expected").isTextual() || !body.path("document").isTextual()) {
      throw ApiError.badRequest("the body lacks the texts expected and document");
    }
    return backend.replace(key, body.path("expected").asText(), body.path("document").asText());
  }

  private static JsonNode body(Exchange exchange) throws ApiError, IOException {
    try {
      return JSON.readTree(exchange.body(2 * ResourceWrites.MOST_BYTES));
    } catch (JsonProcessingException e) {
      throw ApiError.badRequest("the body is not JSON: " + e.getOriginalMessage());
    }
  }
}
