package dev.pglet.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.ApiBackend;
import dev.pglet.apiserver.ApiError;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.engine.Engine;
import dev.pglet.reconcile.observe.Health.Probe;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The engine as what the API serves. */
final class EngineBackend implements ApiBackend {
  private final Engine engine;
  private final PrometheusMeterRegistry meters;
  private final ObjectNode daemon;
  private final Supplier<Optional<String>> watchTrouble;
  private final Runnable shutdown;

  EngineBackend(
      Engine engine,
      PrometheusMeterRegistry meters,
      Path manifests,
      Path dataRoot,
      Supplier<Optional<String>> watchTrouble,
      Runnable shutdown) {
    this.engine = engine;
    this.meters = meters;
    this.daemon =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Daemon")
            .put("apiVersion", "pglet/v1")
            .put("pid", ProcessHandle.current().pid())
            .put("version", Version.text())
            .put("manifests", manifests.toString())
            .put("dataRoot", dataRoot.toString());
    this.watchTrouble = watchTrouble;
    this.shutdown = shutdown;
  }

  @Override
  public KindRegistry kinds() {
    return engine.kinds();
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) {
    return engine.list(kind);
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) {
    return engine.get(key);
  }

  @Override
  public Applied apply(String document) throws ReconcileException {
    return engine.apply(document);
  }

  @Override
  public Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    return engine.patch(key, patch);
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws ReconcileException {
    return engine.document(key);
  }

  @Override
  public Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    return engine.replace(key, expected, document);
  }

  @Override
  public Preview preview(ResourceKey key, String document) throws ReconcileException {
    return engine.preview(key, document);
  }

  @Override
  public Optional<Preview> preview(ResourceKey key) {
    return engine.preview(key);
  }

  @Override
  public Optional<List<WantedSetting>> settings(ResourceKey key) throws ReconcileException {
    return engine.settings(key);
  }

  @Override
  public List<Revision> revisions(ResourceKey key) throws ReconcileException {
    return engine.revisions(key);
  }

  @Override
  public Optional<Preview> previewDeletion(ResourceKey key) {
    return engine.previewDeletion(key);
  }

  @Override
  public boolean delete(ResourceKey key) throws ReconcileException {
    return engine.delete(key);
  }

  @Override
  public Subscription watch(CrdDefinition kind, OptionalLong after, Consumer<Change> listener)
      throws ApiError {
    Engine.Watch watch =
        engine
            .watch(
                after.orElse(0),
                kind,
                change ->
                    listener.accept(
                        new Change(
                            Change.Type.valueOf(change.type().name()), change.object().deepCopy())))
            .orElseThrow(
                () ->
                    new ApiError(
                        410,
                        "Expired",
                        "changes since resourceVersion %d are not remembered; list again"
                            .formatted(after.orElse(0))));
    return watch::close;
  }

  @Override
  public long resourceVersion() {
    return engine.resourceVersion();
  }

  @Override
  public List<ObjectNode> events() {
    return engine.events().stream().map(EventObjects::event).toList();
  }

  @Override
  public List<ObjectNode> rejected() {
    return engine.rejected().stream().map(EventObjects::rejected).toList();
  }

  @Override
  public ObjectNode prunes() {
    ObjectNode prunes = prunesObject();
    ArrayNode held = prunes.putArray("held");
    engine.heldPrunes().forEach(key -> held.add(key.toString()));
    ArrayNode unmanaged = prunes.putArray("unmanaged");
    engine.unmanaged().forEach(each -> unmanaged.add(EventObjects.unmanaged(each)));
    return prunes;
  }

  @Override
  public ObjectNode confirmPrunes(List<String> shown) throws ReconcileException {
    ObjectNode prunes = prunesObject();
    ArrayNode deleting = prunes.putArray("deleting");
    List<ResourceKey> confirmed =
        engine.heldPrunes().stream().filter(key -> shown.contains(key.toString())).toList();
    engine.confirmPrunes(confirmed).forEach(key -> deleting.add(key.toString()));
    return prunes;
  }

  @Override
  public Applied adopt(ResourceKey key) throws ReconcileException {
    return engine.adopt(key);
  }

  @Override
  public boolean deleteData(ResourceKey key) throws ReconcileException {
    return engine.deleteData(key);
  }

  private static ObjectNode prunesObject() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Prunes")
        .put("apiVersion", "pglet/v1");
  }

  @Override
  public Optional<ObjectNode> wholeSpec(
      ResourceKey key, Optional<String> template, String instead) {
    return engine.report(key, template, instead);
  }

  @Override
  public List<String> unhealthy() {
    return failing(Probe.HEALTHZ);
  }

  @Override
  public List<String> notReady() {
    return failing(Probe.READYZ);
  }

  private List<String> failing(Probe probe) {
    return engine.health().ask(probe).entrySet().stream()
        .filter(check -> check.getValue().isPresent())
        .map(EngineBackend::sentence)
        .toList();
  }

  private static String sentence(Map.Entry<String, Optional<String>> check) {
    return check.getKey() + ": " + check.getValue().orElse("");
  }

  @Override
  public String metrics() {
    return meters.scrape();
  }

  @Override
  public ObjectNode daemon() {
    ObjectNode now = daemon.deepCopy();
    watchTrouble.get().ifPresent(trouble -> now.put("watchTrouble", trouble));
    return now;
  }

  @Override
  public void shutdown() {
    shutdown.run();
  }
}
