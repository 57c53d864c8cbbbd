package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.testing.CrashAtEveryStep;
import dev.pglet.reconcile.testing.TestingManifests;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCrashAtEveryStep {
  @TempDir private Path directory;

  /** A box with another on it. */
  private static class Boxes implements CrashAtEveryStep.Scenario {
    private final Path place;
    private final ToyHost host = new ToyHost();
    private final TestingScheduler time = new TestingScheduler();
    private final TestingManifests manifests;

    Boxes(Path place) {
      this.place = place;
      this.manifests = new TestingManifests(ToyProvider.registry(), place.resolve("manifests"));
      manifests.put(document("below", "size: 3, colour: red"));
      manifests.put(document("above", "size: 2, on: below"));
    }

    @Override
    public Settings settings() {
      return new Settings(place.resolve("data"), place.resolve("run"), Optional.empty(), false);
    }

    @Override
    public List<KindProvider> kinds() {
      return List.of(new ToyProvider(host));
    }

    @Override
    public TestingManifests manifests() {
      return manifests;
    }

    @Override
    public Optional<TestingScheduler> time() {
      return Optional.of(time);
    }

    /** Boxes without their random uids, acts by count, what the manifests show and what is kept. */
    @Override
    public Object endState() throws IOException {
      Map<ResourceKey, String> boxes = new TreeMap<>();
      host.boxes()
          .forEach(
              (key, box) ->
                  boxes.put(
                      key,
                      box.size()
                          + " "
                          + box.open()
                          + " "
                          + box.colour()
                          + box.abandoned()
                          + manifests.status(key).map(s -> s.path("phase").asText())));
      Map<String, Long> acts =
          new TreeMap<>(
              host.acts().stream()
                  .collect(Collectors.groupingBy(act -> act, Collectors.counting())));
      try (Stream<Path> conditions = Files.list(settings().state().resolve("conditions"))) {
        return boxes + " " + acts + " " + conditions.count();
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void aCreationEndsAsIfNothingHadHappened() throws Exception {
    int crashes =
        CrashAtEveryStep.verify(() -> new Boxes(Files.createTempDirectory(directory, "crash")));

    assertThat(crashes).isGreaterThan(20);
  }

  @Test
  void anExplicitDeletionEndsAsIfNothingHadHappened() throws Exception {
    int crashes =
        CrashAtEveryStep.verify(
            () ->
                new Boxes(Files.createTempDirectory(directory, "crash")) {
                  @Override
                  public void act(Engine engine) throws ReconcileException {
                    engine.delete(key("above"));
                  }
                });

    assertThat(crashes).isGreaterThan(20);
  }
}
