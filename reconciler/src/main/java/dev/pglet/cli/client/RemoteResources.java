package dev.pglet.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The resources of a running daemon. */
public final class RemoteResources implements Resources {
  public static final String JSON = "application/json";
  public static final String TABLE =
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

  private static final String DRY_RUN = "?dryRun=All";

  private final ApiClient client;
  private final KindRegistry kinds;

  public RemoteResources(ApiClient client, KindRegistry kinds) {
    this.client = client;
    this.kinds = kinds;
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) throws ReconcileException {
    List<ObjectNode> objects = new ArrayList<>();
    for (JsonNode item : client.list(collection(kind, Optional.empty()), JSON).path("items")) {
      objects.add((ObjectNode) item);
    }
    return objects;
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) throws ReconcileException {
    return client.get(object(key), JSON);
  }

  @Override
  public Applied apply(String document) throws ReconcileException {
    ResourceKey key = key(document);
    return client
        .send("PATCH", object(key), JSON, "application/apply-patch+yaml", document)
        .map(answer -> applied(key, answer))
        .orElseThrow(() -> gone(key));
  }

  @Override
  public Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    return client
        .send("PATCH", object(key), JSON, "application/merge-patch+json", patch.toString())
        .map(answer -> applied(key, answer))
        .orElseThrow(() -> gone(key));
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws ReconcileException {
    return client
        .get(documentOf(key), JSON)
        .map(found -> new Document(found.path("file").asText(), found.path("text").asText()));
  }

  @Override
  public Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    ObjectNode body =
        JsonNodeFactory.instance.objectNode().put("expected", expected).put("document", document);
    return client
        .send("PUT", documentOf(key), JSON, JSON, body.toString())
        .map(answer -> applied(key, answer))
        .orElseThrow(() -> gone(key));
  }

  private static String documentOf(ResourceKey key) {
    return "/pglet/v1/document?kind=%s&namespace=%s&name=%s"
        .formatted(encode(key.kind()), encode(key.namespace()), encode(key.name()));
  }

  private static Applied applied(ResourceKey key, ApiClient.Answer answer) {
    Map<String, String> headers = answer.headers();
    return new Applied(
        key,
        Change.valueOf(headers.getOrDefault("pglet-change", Change.CONFIGURED.name())),
        URLDecoder.decode(headers.getOrDefault("pglet-file", ""), StandardCharsets.UTF_8));
  }

  @Override
  public Preview preview(ResourceKey key, String document) throws ReconcileException {
    return client
        .send("PATCH", object(key) + DRY_RUN, JSON, "application/apply-patch+yaml", document)
        .map(answer -> Preview.of(answer.object()))
        .orElseThrow(() -> gone(key));
  }

  @Override
  public Optional<Preview> preview(ResourceKey key) throws ReconcileException {
    return client.get(object(key) + "/plan", JSON).map(Preview::of);
  }

  @Override
  public Optional<List<WantedSetting>> settings(ResourceKey key) throws ReconcileException {
    return client.get(object(key) + "/settings", JSON).map(RemoteResources::settings);
  }

  private static List<WantedSetting> settings(JsonNode list) {
    List<WantedSetting> settings = new ArrayList<>();
    for (JsonNode item : list.path("items")) {
      settings.add(
          new WantedSetting(
              item.path("name").asText(),
              item.path("value").asText(),
              item.path("field").asText(),
              item.path("origin").asText()));
    }
    return settings;
  }

  @Override
  public List<Revision> revisions(ResourceKey key) throws ReconcileException {
    List<Revision> revisions = new ArrayList<>();
    Optional<ObjectNode> list = client.get(object(key) + "/revisions", JSON);
    for (JsonNode item :
        list.<JsonNode>map(found -> found.path("items")).orElse(MissingNode.getInstance())) {
      revisions.add(
          new Revision(
              item.path("revision").asLong(),
              Instant.parse(item.path("accepted").asText()),
              item.path("file").asText(),
              item.path("specHash").asText(),
              item.path("document").asText()));
    }
    return revisions;
  }

  @Override
  public Optional<Preview> previewDeletion(ResourceKey key) throws ReconcileException {
    return client
        .send("DELETE", object(key) + DRY_RUN, JSON, "", "")
        .map(answer -> Preview.of(answer.object()));
  }

  @Override
  public boolean delete(ResourceKey key) throws ReconcileException {
    return client.send("DELETE", object(key), JSON, "", "").isPresent();
  }

  /** The path of a kind's objects. */
  public static String collection(CrdDefinition kind, Optional<String> namespace) {
    return "/apis/"
        + kind.apiVersion()
        + namespace.map(ns -> "/namespaces/" + encode(ns)).orElse("")
        + "/"
        + kind.plural();
  }

  public String object(ResourceKey key) {
    CrdDefinition kind = kinds.kind(key.kind()).orElseThrow();
    return collection(kind, Optional.of(key.namespace())) + "/" + encode(key.name());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Only who it is about: the daemon reads the document strictly. */
  private ResourceKey key(String document) throws InvalidSpec {
    JsonNode tree;
    try {
      tree = new YAMLMapper().readTree(document);
    } catch (IOException e) {
      throw new InvalidSpec(
          "NotYaml", "", "the document is not YAML: " + e.getMessage(), "Run pglet validate on it");
    }
    String kind = tree.path("kind").asText();
    String name = tree.path("metadata").path("name").asText();
    if (kinds.kind(kind).isEmpty() || name.isEmpty()) {
      throw new InvalidSpec(
          "NoKey",
          kinds.kind(kind).isEmpty() ? "kind" : "metadata.name",
          "the document does not say which resource it is: kind '%s', metadata.name '%s'"
              .formatted(kind, name),
          "Run pglet validate on it");
    }
    return new ResourceKey(
        kind, tree.path("metadata").path("namespace").asText(ResourceKey.DEFAULT_NAMESPACE), name);
  }

  private static ReconcileException gone(ResourceKey key) {
    return new Refused("NotFound", key + " does not exist", "See pglet get for what does");
  }
}
