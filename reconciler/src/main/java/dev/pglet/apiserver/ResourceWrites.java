package dev.pglet.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Create, replace, patch and delete. All write the manifest files: a YAML body is put into its file
 * as it is, comments included. A JSON body can hold none, so of the file only the fields are edited
 * that it changes, and all comments there stay.
 */
public final class ResourceWrites {
  /** In the answer to a write: a {@link Resources.Change}. */
  public static final String CHANGE_HEADER = "Pglet-Change";

  /** In the answer to a write: the file that holds the document, percent-encoded. */
  public static final String FILE_HEADER = "Pglet-File";

  static final int MOST_BYTES = 1 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();

  /** Metadata that the daemon owns; clients send it back in JSON, a manifest does not hold it. */
  private static final List<String> OWNED_METADATA =
      List.of(
          "uid",
          "generation",
          "resourceVersion",
          "creationTimestamp",
          "deletionTimestamp",
          "managedFields",
          "selfLink");

  private final ApiBackend backend;

  ResourceWrites(ApiBackend backend) {
    this.backend = backend;
  }

  /**
   * A document as it was sent.
   *
   * @param json what it says, without what the daemon owns, if it was sent as JSON
   */
  record Body(
      String document, ResourceKey key, String resourceVersion, Optional<ObjectNode> json) {}

  void create(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    if (path.namespace().isEmpty() || path.name().isPresent()) {
      throw new ApiError(
          405, "MethodNotAllowed", "POST goes to …/namespaces/NAMESPACE/" + path.kind().plural());
    }
    Body body = body(exchange, path);
    if (backend.get(body.key()).isPresent()) {
      throw new ApiError(
          409,
          "AlreadyExists",
          "%s.%s \"%s\" already exists"
              .formatted(path.kind().plural(), path.kind().group(), body.key().name()));
    }
    apply(exchange, body, Optional.empty());
  }

  void replace(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    Body body = body(exchange, path);
    ObjectNode current = backend.get(body.key()).orElseThrow(() -> path.notFound());
    unchanged(path, current, body.resourceVersion());
    apply(exchange, body, Optional.of(current));
  }

  void patch(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    switch (Answers.mediaType(exchange)) {
      case "application/apply-patch+yaml" -> {
        Body body = body(exchange, path);
        Optional<ObjectNode> current = backend.get(body.key());
        if (current.isPresent()) {
          unchanged(path, current.get(), body.resourceVersion());
        }
        apply(exchange, body, current);
      }
      case "application/merge-patch+json" -> merge(exchange, path);
      default ->
          throw new ApiError(
              415,
              "UnsupportedMediaType",
              "%s is not supported; patch with application/merge-patch+json or application/apply-patch+yaml"
                  .formatted(Answers.mediaType(exchange)));
    }
  }

  void delete(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    ResourceKey key =
        path.key()
            .orElseThrow(
                () ->
                    new ApiError(
                        405, "MethodNotAllowed", "objects are deleted one by one, by their name"));
    JsonNode options = options(exchange);
    if (!options.path("dryRun").isEmpty()) {
      throw ApiError.badRequest("dryRun goes into the query: DELETE …?dryRun=All");
    }
    ObjectNode current = backend.get(key).orElseThrow(() -> path.notFound());
    JsonNode preconditions = options.path("preconditions");
    String uid = current.path("metadata").path("uid").asText();
    if (preconditions.hasNonNull("uid") && !preconditions.path("uid").asText().equals(uid)) {
      throw conflict(path, key, "its uid is %s now".formatted(uid));
    }
    unchanged(path, current, preconditions.path("resourceVersion").asText(""));
    if (!backend.delete(key)) {
      throw path.notFound();
    }
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").put("status", "Success");
    status.putObject("metadata");
    status
        .putObject("details")
        .put("name", key.name())
        .put("group", path.kind().group())
        .put("kind", path.kind().plural())
        .put("uid", uid);
    Answers.json(exchange, 200, status);
  }

  private static JsonNode options(Exchange exchange) throws ApiError, IOException {
    byte[] bytes = exchange.body(MOST_BYTES);
    if (bytes.length == 0) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw ApiError.badRequest("the delete options are not JSON: " + e.getOriginalMessage());
    }
  }

  private void apply(Exchange exchange, Body body, Optional<ObjectNode> current)
      throws ApiError, ReconcileException {
    boolean edit =
        body.json().isPresent() && current.isPresent() && backend.document(body.key()).isPresent();
    Resources.Applied applied =
        edit
            ? backend.patch(body.key(), change(current.get(), body.json().get()))
            : backend.apply(body.document());
    ObjectNode object =
        backend
            .get(applied.key())
            .orElseThrow(
                () ->
                    new ApiError(
                        409,
                        "Conflict",
                        applied.key() + " was deleted while it was written to " + applied.file()));
    tell(exchange, applied);
    Answers.json(exchange, applied.change() == Resources.Change.CREATED ? 201 : 200, object);
  }

  /** What a client has changed of an object, which it may have sent back without what is empty. */
  private static ObjectNode change(ObjectNode current, ObjectNode wanted) {
    ObjectNode before = withoutOwned(current.deepCopy());
    ObjectNode after = wanted.deepCopy();
    after.withObjectProperty("metadata").set("namespace", before.path("metadata").get("namespace"));
    for (ObjectNode each : List.of(before, after)) {
      ObjectNode metadata = each.withObjectProperty("metadata");
      for (String map : List.of("labels", "annotations")) {
        if (!metadata.hasNonNull(map)) {
          metadata.putObject(map);
        }
      }
      if (!each.hasNonNull("spec")) {
        each.putObject("spec");
      }
    }
    return MergePatch.between(before, after);
  }

  /** What the daemon owns and clients send back is no part of the patch. */
  private void merge(Exchange exchange, ResourcePath path)
      throws ApiError, ReconcileException, IOException {
    ResourceKey key = path.key().orElseThrow(() -> path.notFound());
    ObjectNode current = backend.get(key).orElseThrow(() -> path.notFound());
    JsonNode tree;
    try {
      tree = JSON.readTree(exchange.body(MOST_BYTES));
    } catch (JsonProcessingException e) {
      throw ApiError.badRequest("the patch is not JSON: " + e.getOriginalMessage());
    }
    if (!(tree instanceof ObjectNode patch)) {
      throw ApiError.badRequest("the patch is no JSON object");
    }
    unchanged(path, current, patch.path("metadata").path("resourceVersion").asText(""));
    if (patch.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove(OWNED_METADATA);
    }
    tell(exchange, backend.patch(key, patch));
    Answers.json(exchange, 200, backend.get(key).orElseThrow(() -> path.notFound()));
  }

  /** Which file was written, and how: Kubernetes' objects have no place for that. */
  static void tell(Exchange exchange, Resources.Applied applied) {
    exchange.answerHeader(CHANGE_HEADER, applied.change().name());
    exchange.answerHeader(FILE_HEADER, URLEncoder.encode(applied.file(), StandardCharsets.UTF_8));
  }

  private static void unchanged(ResourcePath path, ObjectNode current, String resourceVersion)
      throws ApiError {
    JsonNode metadata = current.path("metadata");
    if (!resourceVersion.isEmpty()
        && !resourceVersion.equals(metadata.path("resourceVersion").asText())) {
      throw conflict(
          path,
          new ResourceKey(
              path.kind().kind(),
              metadata.path("namespace").asText(),
              metadata.path("name").asText()),
          "the object has been modified; read it again, and apply your changes to that");
    }
  }

  private static ApiError conflict(ResourcePath path, ResourceKey key, String why) {
    return new ApiError(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s.%s \"%s\": %s"
            .formatted(path.kind().plural(), path.kind().group(), key.name(), why));
  }

  static Body body(Exchange exchange, ResourcePath path) throws ApiError, IOException {
    byte[] bytes = exchange.body(MOST_BYTES);
    String type = Answers.mediaType(exchange);
    boolean json = type.equals("application/json") || isJson(bytes);
    JsonNode tree;
    try {
      tree = json ? JSON.readTree(bytes) : YAML.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw ApiError.badRequest(
          "the body is not %s: %s".formatted(json ? "JSON" : "YAML", e.getOriginalMessage()));
    }
    if (!(tree instanceof ObjectNode object)) {
      throw ApiError.badRequest("the body is not an object with apiVersion, kind, metadata, spec");
    }
    ResourceKey key = key(object, path);
    String version = object.path("metadata").path("resourceVersion").asText("");
    return json
        ? new Body(
            YAML.writeValueAsString(withoutOwned(object)),
            key,
            version,
            Optional.of(withoutOwned(object)))
        : new Body(new String(bytes, StandardCharsets.UTF_8), key, version, Optional.empty());
  }

  /** Clients of Kubernetes call JSON YAML, too. */
  private static boolean isJson(byte[] bytes) {
    try {
      return JSON.readTree(bytes).isObject();
    } catch (IOException e) {
      return false;
    }
  }

  /** The object, which is changed, without what the daemon owns: what a manifest may hold. */
  private static ObjectNode withoutOwned(ObjectNode object) {
    object.remove("status");
    if (object.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove(OWNED_METADATA);
    }
    return object;
  }

  private static ResourceKey key(ObjectNode object, ResourcePath path) throws ApiError {
    String kind = object.path("kind").asText();
    String name = object.path("metadata").path("name").asText();
    String namespace =
        object.path("metadata").path("namespace").asText(ResourceKey.DEFAULT_NAMESPACE);
    if (!kind.equals(path.kind().kind())) {
      throw ApiError.badRequest(
          "the body's kind is '%s', the path's is '%s'".formatted(kind, path.kind().kind()));
    }
    if (name.isEmpty()) {
      throw ApiError.badRequest("metadata.name is missing in the body");
    }
    boolean fits =
        path.namespace().map(namespace::equals).orElse(true)
            && path.name().map(name::equals).orElse(true);
    if (!fits) {
      throw ApiError.badRequest(
          "the body is about %s/%s, the path about %s/%s"
              .formatted(namespace, name, path.namespace().orElse("*"), path.name().orElse("*")));
    }
    return new ResourceKey(kind, namespace, name);
  }
}
