package dev.pglet.reconcile.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.observe.EngineListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Boxes, their manifests, virtual time, and one engine after another on them. */
public final class Rig implements AutoCloseable {
  private final Path directory;
  private final TestingScheduler time = new TestingScheduler();
  private final ToyHost host = new ToyHost();
  private final ToyProvider provider = new ToyProvider(host);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private TestingManifests manifests;
  private Optional<TestingEngine> engine = Optional.empty();

  public Rig(Path directory) {
    this.directory = directory;
    this.manifests = new TestingManifests(ToyProvider.registry(), directory.resolve("manifests"));
  }

  public static StepFailed broken() {
    return new StepFailed("Broken", "the saw is broken", "Sharpen it");
  }

  public TestingScheduler time() {
    return time;
  }

  public ToyHost host() {
    return host;
  }

  public ToyProvider provider() {
    return provider;
  }

  public TestingManifests manifests() {
    return manifests;
  }

  public SimpleMeterRegistry meters() {
    return meters;
  }

  public List<String> problems() {
    return problems;
  }

  public Path dataRoot() {
    return directory.resolve("data");
  }

  /** From now on another manifest root is watched. */
  public TestingManifests move(String root) {
    manifests = new TestingManifests(ToyProvider.registry(), directory.resolve(root));
    return manifests;
  }

  public TestingEngine engine() {
    return engine.orElseThrow();
  }

  public TestingEngine start() throws ReconcileException {
    return start(parts -> parts);
  }

  public TestingEngine start(UnaryOperator<EngineParts> more) throws ReconcileException {
    TestingEngine opened = open(more);
    engine = Optional.of(opened);
    return opened.start();
  }

  public TestingEngine open(UnaryOperator<EngineParts> more) throws ReconcileException {
    return TestingEngine.open(
        dataRoot(),
        List.of(provider),
        manifests,
        time,
        parts -> more.apply(parts.measuredBy(meters).listenedToBy(listener())));
  }

  private EngineListener listener() {
    return new EngineListener() {
      @Override
      public void problem(String problem) {
        problems.add(problem);
      }
    };
  }

  public void stop() {
    engine.ifPresent(TestingEngine::close);
    engine = Optional.empty();
  }

  /** Status and reason of a condition, as written to the manifest. */
  public String condition(ResourceKey key, String type) {
    JsonNode condition = find(key, type);
    return condition.path("status").asText() + " " + condition.path("reason").asText();
  }

  public String transition(ResourceKey key, String type) {
    return find(key, type).path("lastTransitionTime").asText();
  }

  private JsonNode find(ResourceKey key, String type) {
    for (JsonNode condition : manifests.status(key).orElseThrow().path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    throw new AssertionError("no condition " + type + " of " + key);
  }

  @Override
  public void close() {
    stop();
  }
}
