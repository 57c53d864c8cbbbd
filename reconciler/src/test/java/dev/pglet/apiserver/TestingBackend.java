package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Resources in memory. Remembers the changes since it was made. */
public final class TestingBackend implements ApiBackend {
  private record Watching(CrdDefinition kind, Consumer<Change> listener) {}

  private final KindRegistry kinds =
      new KindRegistry(
          List.of(CrdDefinition.of(PostgreSQLInstance.class), CrdDefinition.of(Branch.class)));
  private final SortedMap<ResourceKey, ObjectNode> objects = new TreeMap<>();
  private final List<Watching> watchers = new CopyOnWriteArrayList<>();
  private final CountDownLatch shutdown = new CountDownLatch(1);
  private final CountDownLatch watched = new CountDownLatch(1);
  private long version = 100;

  /** The text of the last applied document. */
  public volatile String lastDocument = "";

  /** The text of the last document that was only asked about. */
  public volatile String previewed = "";

  /** What was accepted of every resource. */
  public volatile List<Revision> revisions = List.of();

  /** The settings of every resource. */
  public volatile List<WantedSetting> settings = List.of();

  /** The last merge patch. */
  public volatile ObjectNode lastPatch = JsonNodeFactory.instance.objectNode();

  /** The texts of documents, in a file. */
  public final Map<ResourceKey, String> documents = new ConcurrentHashMap<>();

  /** What every write answers instead of working, when it is set. */
  public volatile Optional<ReconcileException> failing = Optional.empty();

  /** The keys that wait for a confirmation. */
  public volatile List<String> held = List.of();

  /** Names of resources that cannot be set. */
  public final List<String> unwritable = new CopyOnWriteArrayList<>();

  private final List<ObjectNode> unmanaged = new CopyOnWriteArrayList<>();

  /** What is wrong with the daemon. */
  public volatile List<String> problems = List.of();

  @Override
  public KindRegistry kinds() {
    return kinds;
  }

  /** Puts an instance with a status. */
  public synchronized ObjectNode instance(String name, String phase, int port) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "pglet.dev/v1alpha1").put("kind", "PostgreSQLInstance");
    object.putObject("metadata").put("name", name).put("namespace", "default");
    object.putObject("spec").put("version", "18");
    ObjectNode status = object.putObject("status").put("phase", phase).put("port", port);
    status
        .putArray("conditions")
        .addObject()
        .put("type", "Ready")
        .put("status", phase.equals("Running") ? "True" : "False");
    return put(object);
  }

  int watchers() {
    return watchers.size();
  }

  /** Stores an object, gives it what every object has, and tells the watchers. */
  public synchronized ObjectNode put(ObjectNode object) {
    ResourceKey key =
        new ResourceKey(
            object.path("kind").asText(),
            object.path("metadata").path("namespace").asText("default"),
            object.path("metadata").path("name").asText());
    ObjectNode before = objects.get(key);
    ObjectNode metadata = object.withObjectProperty("metadata");
    metadata.put("namespace", key.namespace());
    metadata.put("resourceVersion", Long.toString(++version));
    metadata.put("creationTimestamp", "2026-01-01T00:00:00Z");
    metadata.put(
        "uid",
        before == null
            ? UUID.nameUUIDFromBytes(
                    key.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString()
            : before.path("metadata").path("uid").asText());
    objects.put(key, object);
    tell(key, new Change(before == null ? Change.Type.ADDED : Change.Type.MODIFIED, object));
    return object;
  }

  private void tell(ResourceKey key, Change change) {
    for (Watching watching : watchers) {
      if (watching.kind().kind().equals(key.kind())) {
        watching.listener().accept(change);
      }
    }
  }

  @Override
  public synchronized List<ObjectNode> list(CrdDefinition kind) {
    List<ObjectNode> found = new ArrayList<>();
    objects.forEach(
        (key, object) -> {
          if (key.kind().equals(kind.kind())) {
            found.add(object.deepCopy());
          }
        });
    return found;
  }

  @Override
  public synchronized Optional<ObjectNode> get(ResourceKey key) {
    return Optional.ofNullable(objects.get(key)).map(ObjectNode::deepCopy);
  }

  @Override
  public synchronized Applied apply(String document) throws ReconcileException {
    if (failing.isPresent()) {
      throw failing.get();
    }
    lastDocument = document;
    try {
      JsonNode tree = new YAMLMapper().readTree(document);
      ObjectNode object = (ObjectNode) tree;
      ResourceKey key =
          new ResourceKey(
              tree.path("kind").asText(),
              tree.path("metadata").path("namespace").asText("default"),
              tree.path("metadata").path("name").asText());
      ObjectNode before = objects.get(key);
      if (before != null && before.path("spec").equals(object.path("spec"))) {
        return new Applied(key, dev.pglet.reconcile.Resources.Change.UNCHANGED, "/m/ä b.yaml");
      }
      put(object);
      return new Applied(
          key,
          before == null
              ? dev.pglet.reconcile.Resources.Change.CREATED
              : dev.pglet.reconcile.Resources.Change.CONFIGURED,
          "/m/ä b.yaml");
    } catch (IOException e) {
      throw new InvalidSpec("NotYaml", "", "not YAML", "Write YAML", e);
    }
  }

  @Override
  public synchronized Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    if (failing.isPresent()) {
      throw failing.get();
    }
    if (unwritable.contains(key.name())) {
      throw new InvalidSpec("Unwritable", "", "no file of " + key + " can be written", "See why");
    }
    lastPatch = patch.deepCopy();
    put((ObjectNode) MergePatch.apply(get(key).orElseThrow(), patch));
    return new Applied(key, dev.pglet.reconcile.Resources.Change.CONFIGURED, "/m/a.yaml");
  }

  @Override
  public synchronized Optional<Document> document(ResourceKey key) {
    return Optional.ofNullable(documents.get(key)).map(text -> new Document("/m/a.yaml", text));
  }

  @Override
  public synchronized Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    if (failing.isPresent()) {
      throw failing.get();
    }
    if (!expected.equals(documents.get(key))) {
      throw new Refused(CONFLICT, key + " was changed", "Look again");
    }
    documents.put(key, document);
    return new Applied(key, dev.pglet.reconcile.Resources.Change.CONFIGURED, "/m/a.yaml");
  }

  /** What would be done, by resource: to its document or to itself. */
  public final Map<ResourceKey, Preview> previews = new ConcurrentHashMap<>();

  @Override
  public synchronized Preview preview(ResourceKey key, String document) throws ReconcileException {
    if (failing.isPresent()) {
      throw failing.get();
    }
    previewed = document;
    return preview(key).orElseThrow();
  }

  @Override
  public Optional<Preview> preview(ResourceKey key) {
    return Optional.ofNullable(previews.get(key));
  }

  @Override
  public Optional<List<WantedSetting>> settings(ResourceKey key) {
    return get(key).map(_ -> settings);
  }

  @Override
  public List<Revision> revisions(ResourceKey key) {
    return revisions;
  }

  @Override
  public Optional<Preview> previewDeletion(ResourceKey key) {
    return preview(key);
  }

  @Override
  public synchronized boolean delete(ResourceKey key) {
    ObjectNode object = objects.remove(key);
    if (object == null) {
      return false;
    }
    version++;
    tell(key, new Change(Change.Type.DELETED, object));
    return true;
  }

  @Override
  public synchronized Subscription watch(
      CrdDefinition kind, OptionalLong after, Consumer<Change> listener) throws ApiError {
    if (after.isPresent() && after.getAsLong() < 100) {
      throw WatchStream.expired("changes since that version are not remembered; list again");
    }
    Watching watching = new Watching(kind, listener);
    for (ObjectNode object : list(kind)) {
      if (after.isEmpty()
          || object.path("metadata").path("resourceVersion").asLong() > after.getAsLong()) {
        listener.accept(new Change(Change.Type.ADDED, object));
      }
    }
    watchers.add(watching);
    watched.countDown();
    return () -> watchers.remove(watching);
  }

  /** Waits until somebody watches. */
  public void awaitWatch() throws InterruptedException {
    if (!watched.await(5, TimeUnit.SECONDS)) {
      throw new AssertionError("nobody watches");
    }
  }

  @Override
  public synchronized long resourceVersion() {
    return version;
  }

  @Override
  public List<ObjectNode> events() {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("kind", "Event").put("apiVersion", "v1").put("reason", "Started");
    event.putObject("metadata").put("name", "e1").put("namespace", "default");
    return List.of(event);
  }

  @Override
  public List<ObjectNode> rejected() {
    ObjectNode one = JsonNodeFactory.instance.objectNode().put("file", "/m/bad.yaml");
    one.putArray("problems").add("/m/bad.yaml:3:5: spec.prot: unknown field");
    return List.of(one);
  }

  @Override
  public synchronized Applied adopt(ResourceKey key) throws ReconcileException {
    if (unmanaged.removeIf(each -> each.path("resource").asText().equals(key.toString()))) {
      return new Applied(key, Resources.Change.CREATED, "/manifests/adopted.yaml");
    }
    throw new Refused("NotFound", "there is nothing of " + key + " on this host", "See orphans");
  }

  @Override
  public synchronized boolean deleteData(ResourceKey key) throws ReconcileException {
    return unmanaged.removeIf(each -> each.path("resource").asText().equals(key.toString()))
        || delete(key);
  }

  @Override
  public ObjectNode prunes() {
    ObjectNode prunes = JsonNodeFactory.instance.objectNode();
    held.forEach(prunes.putArray("held")::add);
    unmanaged.forEach(prunes.putArray("unmanaged")::add);
    return prunes;
  }

  @Override
  public ObjectNode confirmPrunes(List<String> shown) {
    ObjectNode prunes = JsonNodeFactory.instance.objectNode();
    held.stream().filter(shown::contains).forEach(prunes.putArray("deleting")::add);
    held = held.stream().filter(key -> !shown.contains(key)).toList();
    return prunes;
  }

  /** Tells of something that no manifest is about. */
  public void unmanaged(String resource, boolean retained) {
    unmanaged.add(
        JsonNodeFactory.instance
            .objectNode()
            .put("resource", resource)
            .put("root", "/m")
            .put("retained", retained)
            .put("place", "/volumes/v-1/data")
            .put("explanation", "its manifest is not in /m"));
  }

  /** One field, whose value is the template's name; nothing for an unknown resource. */
  @Override
  public Optional<ObjectNode> wholeSpec(
      ResourceKey key, Optional<String> template, String instead) {
    if (get(key).isEmpty()) {
      return Optional.empty();
    }
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    ObjectNode field = report.putArray("fields").addObject();
    field.put("field", "spec.network.port").put("value", template.orElse("none") + instead);
    field.put("from", "/m/app.yaml:7:3");
    report.putArray("problems");
    return Optional.of(report);
  }

  @Override
  public List<String> unhealthy() {
    return problems;
  }

  @Override
  public List<String> notReady() {
    return problems;
  }

  @Override
  public String metrics() {
    return "pglet_up 1\n";
  }

  @Override
  public ObjectNode daemon() {
    return JsonNodeFactory.instance.objectNode().put("pid", 7).put("version", "0.1.0");
  }

  @Override
  public void shutdown() {
    shutdown.countDown();
  }

  /** Whether a shutdown was asked for in time. */
  public boolean wasShutDown() throws InterruptedException {
    return shutdown.await(5, TimeUnit.SECONDS);
  }
}
