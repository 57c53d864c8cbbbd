package dev.pglet.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds who answers a request, and turns every failure into a {@code Status}. Thread-safe. */
public final class ApiRouter {
  private static final int MOST_DOCUMENTS = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);

  private final ApiBackend backend;
  private final Discovery discovery;
  private final ResourceReads reads;
  private final ResourceWrites writes;
  private final Documents documents;
  private final Plans plans;

  public ApiRouter(ApiBackend backend, InstantSource clock) {
    this.backend = backend;
    this.discovery = new Discovery(backend.kinds());
    this.reads = new ResourceReads(backend, new Tables(clock));
    this.writes = new ResourceWrites(backend);
    this.documents = new Documents(backend);
    this.plans = new Plans(backend);
  }

  /** Answers the request. Returns when the answer is complete: for a watch, when it has ended. */
  public void handle(Exchange exchange) {
    try {
      route(exchange);
    } catch (ApiError e) {
      Answers.json(exchange, e.code(), e.status());
    } catch (ReconcileException e) {
      ApiError error = ApiError.of(e);
      Answers.json(exchange, error.code(), error.status());
    } catch (IOException | UncheckedIOException e) {
      LOG.atDebug()
          .setCause(e)
          .addKeyValue("method", exchange.method())
          .addKeyValue("path", exchange.path())
          .log("the client went away");
    } catch (RuntimeException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("method", exchange.method())
          .addKeyValue("path", exchange.path())
          .log("a request failed");
      ApiError error =
          new ApiError(
              500,
              "InternalError",
              "%s %s failed within pglet (%s); the daemon's log has the details"
                  .formatted(exchange.method(), exchange.path(), e.getClass().getSimpleName()));
      Answers.json(exchange, error.code(), error.status());
    }
  }

  private void route(Exchange exchange) throws ApiError, ReconcileException, IOException {
    List<String> segments =
        Arrays.stream(exchange.path().split("/")).filter(part -> !part.isEmpty()).toList();
    String first = segments.isEmpty() ? "" : segments.getFirst();
    switch (first) {
      case "apis" -> {
        if (segments.size() <= 3) {
          get(exchange);
          Answers.json(exchange, 200, discover(exchange, segments));
        } else {
          resource(exchange, segments);
        }
      }
      case "api" -> core(exchange, segments);
      case "pglet" -> own(exchange, segments);
      default -> probe(exchange, segments);
    }
  }

  private ObjectNode discover(Exchange exchange, List<String> segments) throws ApiError {
    if (segments.size() == 1) {
      return discovery.groups();
    }
    String group = segments.get(1);
    String apiVersion = String.join("/", segments.subList(1, segments.size()));
    boolean known =
        backend.kinds().all().stream()
            .anyMatch(
                kind ->
                    segments.size() == 2
                        ? kind.group().equals(group)
                        : kind.apiVersion().equals(apiVersion));
    if (!known) {
      throw noSuchPath(exchange);
    }
    return segments.size() == 2 ? discovery.group(group) : discovery.resources(apiVersion);
  }

  private void resource(Exchange exchange, List<String> segments)
      throws ApiError, ReconcileException, IOException {
    if (segments.size() == 8) {
      get(exchange);
      ResourcePath of = path(exchange, segments.subList(0, 7));
      switch (segments.getLast()) {
        case "plan" -> plans.answer(exchange, of);
        case "revisions" -> plans.revisions(exchange, of);
        case "settings" -> plans.settings(exchange, of);
        default -> throw noSuchPath(exchange);
      }
      return;
    }
    ResourcePath path = path(exchange, segments);
    if (exchange.query("dryRun").isPresent()) {
      plans.dryRun(exchange, path);
      return;
    }
    switch (exchange.method()) {
      case "GET" -> reads.answer(exchange, path);
      case "POST" -> writes.create(exchange, path);
      case "PUT" -> writes.replace(exchange, path);
      case "PATCH" -> writes.patch(exchange, path);
      case "DELETE" -> writes.delete(exchange, path);
      default -> throw notAllowed(exchange);
    }
  }

  private ResourcePath path(Exchange exchange, List<String> segments) throws ApiError {
    return ResourcePath.of(segments, backend.kinds()).orElseThrow(() -> noSuchPath(exchange));
  }

  private void core(Exchange exchange, List<String> segments) throws ApiError {
    get(exchange);
    switch (segments.size()) {
      case 1 -> Answers.json(exchange, 200, Discovery.coreVersions());
      case 2 -> {
        if (!segments.get(1).equals("v1")) {
          throw noSuchPath(exchange);
        }
        Answers.json(exchange, 200, Discovery.coreResources());
      }
      default -> {
        if (segments.equals(List.of("api", "v1", "events"))) {
          events(exchange, Optional.empty());
        } else if (segments.size() == 5
            && segments.get(2).equals("namespaces")
            && segments.get(4).equals("events")) {
          events(exchange, Optional.of(segments.get(3)));
        } else {
          throw noSuchPath(exchange);
        }
      }
    }
  }

  private void events(Exchange exchange, Optional<String> namespace) {
    ObjectNode list = list("EventList", "v1");
    list.putObject("metadata").put("resourceVersion", Long.toString(backend.resourceVersion()));
    ArrayNode items = list.putArray("items");
    backend.events().stream()
        .filter(
            event ->
                namespace
                    .map(ns -> event.path("metadata").path("namespace").asText().equals(ns))
                    .orElse(true))
        .forEach(items::add);
    Answers.json(exchange, 200, list);
  }

  /** What Kubernetes has no path for. */
  private void own(Exchange exchange, List<String> segments)
      throws ApiError, ReconcileException, IOException {
    switch (String.join("/", segments)) {
      case "pglet/v1/daemon" -> {
        get(exchange);
        Answers.json(exchange, 200, backend.daemon());
      }
      case "pglet/v1/rejected" -> {
        get(exchange);
        ObjectNode list = list("RejectedManifestList", "pglet/v1");
        ArrayNode items = list.putArray("items");
        backend.rejected().forEach(items::add);
        Answers.json(exchange, 200, list);
      }
      case "pglet/v1/document" -> documents.answer(exchange);
      case "pglet/v1/prunes" -> {
        switch (exchange.method()) {
          case "GET" -> Answers.json(exchange, 200, backend.prunes());
          case "POST" -> Answers.json(exchange, 202, backend.confirmPrunes(shown(exchange)));
          default -> throw notAllowed(exchange);
        }
      }
      case "pglet/v1/spec" -> {
        if (!exchange.method().equals("POST")) {
          throw notAllowed(exchange);
        }
        Answers.json(exchange, 200, wholeSpec(exchange));
      }
      case "pglet/v1/shutdown" -> {
        if (!exchange.method().equals("POST")) {
          throw notAllowed(exchange);
        }
        Answers.json(exchange, 202, backend.daemon());
        backend.shutdown();
      }
      default -> orphan(exchange, segments);
    }
  }

  /** {@code pglet/v1/adopt/KIND/NAMESPACE/NAME} and {@code pglet/v1/data/KIND/NAMESPACE/NAME}. */
  private void orphan(Exchange exchange, List<String> segments)
      throws ApiError, ReconcileException {
    if (segments.size() != 6 || backend.kinds().kind(segments.get(3)).isEmpty()) {
      throw noSuchPath(exchange);
    }
    ResourceKey key = new ResourceKey(segments.get(3), segments.get(4), segments.get(5));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("resource", key.toString());
    switch (exchange.method() + " " + segments.get(2)) {
      case "POST adopt" -> {
        Resources.Applied applied = backend.adopt(key);
        answer.put("change", applied.change().name()).put("file", applied.file());
      }
      case "DELETE data" -> {
        if (!backend.deleteData(key)) {
          throw new ApiError(404, "NotFound", "there is neither " + key + " nor data of it");
        }
      }
      default -> throw noSuchPath(exchange);
    }
    Answers.json(exchange, 200, answer);
  }

  /** The body is what GET answered, or as much of it as is consented to. */
  private static List<String> shown(Exchange exchange) throws ApiError, IOException {
    try {
      JsonNode held = new JsonMapper().readTree(exchange.body(MOST_DOCUMENTS)).path("held");
      if (held.isArray() && held.valueStream().allMatch(JsonNode::isTextual)) {
        return held.valueStream().map(JsonNode::asText).toList();
      }
    } catch (JsonProcessingException e) {
      // As bad as one that says nothing.
    }
    throw ApiError.badRequest(
        "the body does not say which deletions are confirmed; send {\"held\": [\"KIND/NAME\", …]}"
            + " as GET lists them");
  }

  /** {@code ?kind=&namespace=&name=[&template=]}; the body may hold documents to try. */
  private ObjectNode wholeSpec(Exchange exchange) throws ApiError, IOException {
    ResourceKey key =
        new ResourceKey(
            exchange.query("kind").orElse(""),
            exchange.query("namespace").orElse(ResourceKey.DEFAULT_NAMESPACE),
            exchange.query("name").orElse(""));
    String documents = new String(exchange.body(MOST_DOCUMENTS), StandardCharsets.UTF_8);
    return backend
        .wholeSpec(key, exchange.query("template"), documents)
        .orElseThrow(() -> new ApiError(404, "NotFound", key + " not found"));
  }

  private void probe(Exchange exchange, List<String> segments) throws ApiError {
    String name = String.join("/", segments);
    switch (name) {
      case "version", "healthz", "livez", "readyz", "metrics" -> get(exchange);
      default -> throw noSuchPath(exchange);
    }
    switch (name) {
      case "version" ->
          Answers.json(
              exchange,
              200,
              JsonNodeFactory.instance
                  .objectNode()
                  .put("major", "1")
                  .put("minor", "33")
                  .put("gitVersion", "v1.33.0+pglet-" + backend.daemon().path("version").asText()));
      case "metrics" -> Answers.text(exchange, 200, backend.metrics());
      case "readyz" -> check(exchange, backend.notReady());
      default -> check(exchange, backend.unhealthy());
    }
  }

  private static void check(Exchange exchange, List<String> problems) {
    Answers.text(
        exchange,
        problems.isEmpty() ? 200 : 503,
        problems.isEmpty() ? "ok" : String.join("\n", problems) + "\n");
  }

  private static ObjectNode list(String kind, String apiVersion) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", apiVersion);
  }

  private static void get(Exchange exchange) throws ApiError {
    if (!exchange.method().equals("GET")) {
      throw notAllowed(exchange);
    }
  }

  private static ApiError notAllowed(Exchange exchange) {
    return new ApiError(
        405,
        "MethodNotAllowed",
        "%s is not supported on %s".formatted(exchange.method(), exchange.path()));
  }

  private static ApiError noSuchPath(Exchange exchange) {
    return new ApiError(
        404,
        "NotFound",
        "there is nothing at %s; GET /apis lists what there is".formatted(exchange.path()));
  }
}
