package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.CRD;
import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.engine.store.ResourceChange;
import dev.pglet.reconcile.observe.Health;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestWatches {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void rig() {
    rig = new Rig(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void hearsOfEverythingInOrderWithRisingVersions() throws Exception {
    TestingEngine engine = rig.start();
    List<ResourceChange> changes = new CopyOnWriteArrayList<>();
    Engine.Watch watch =
        engine.engine().watch(engine.engine().resourceVersion(), CRD, changes::add).orElseThrow();
    engine.engine().apply(document("box", "size: 3"));
    engine.converge();
    engine.engine().delete(BOX);
    engine.settleNow();
    watch.close();
    int heard = changes.size();
    engine.engine().apply(document("box", "size: 3"));
    engine.converge();

    assertThat(changes).hasSize(heard);
    assertThat(changes.getFirst().type()).isEqualTo(ResourceChange.Type.ADDED);
    assertThat(changes.getLast().type()).isEqualTo(ResourceChange.Type.DELETED);
    assertThat(changes.subList(1, heard - 1))
        .isNotEmpty()
        .allMatch(change -> change.type() == ResourceChange.Type.MODIFIED);
    assertThat(changes)
        .extracting(ResourceChange::resourceVersion)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(changes.getFirst().resourceVersion())
        .isGreaterThan(rig.time().instant().getEpochSecond() * 1_000_000 - 3_600_000_000L);
  }

  @Test
  void goesOnFromAVersionAndBeginsWithWhatIsThereFromZero() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    long version = engine.engine().resourceVersion();
    engine.engine().apply(document("box", "size: 3, colour: red"));
    engine.converge();

    List<ResourceChange> later = new CopyOnWriteArrayList<>();
    engine.engine().watch(version, CRD, later::add).orElseThrow().close();
    assertThat(later)
        .isNotEmpty()
        .allMatch(c -> c.resourceVersion() > version && c.type() == ResourceChange.Type.MODIFIED);

    List<ResourceChange> all = new CopyOnWriteArrayList<>();
    engine.engine().watch(0, CRD, all::add).orElseThrow().close();
    assertThat(all).singleElement().matches(change -> change.type() == ResourceChange.Type.ADDED);
    assertThat(engine.engine().watch(1, CRD, all::add)).as("forgotten long ago").isEmpty();
  }

  @Test
  void aVersionOfBeforeTheClockWasSetBackIsNotGoneOnFrom() throws Exception {
    TestingEngine engine = rig.start();
    engine.engine().apply(document("box", "size: 3"));
    engine.converge();
    long seen = engine.engine().resourceVersion();
    assertThat(engine.engine().watch(seen, CRD, _ -> {})).isPresent();
    rig.stop();
    rig.time().setClock(Duration.ofHours(-1));
    engine = rig.start();
    engine.engine().apply(document("box", "size: 3, colour: red"));
    engine.converge();

    assertThat(engine.engine().resourceVersion()).isLessThan(seen);
    assertThat(engine.engine().watch(seen, CRD, _ -> {})).as("it must begin anew").isEmpty();
  }

  @Test
  void anObjectShowsTheSpecAsItIsWritten() throws Exception {
    rig.manifests()
        .put(
            """
            apiVersion: pglet.dev/v1alpha1
            kind: Toy
            metadata: {name: box, labels: {team: a}}
            spec:
              size: 3
              labels:
                fsync: off
                mode: 0700
                big: 1_000
            """);
    TestingEngine engine = rig.start();
    engine.converge();

    ObjectNode object = engine.engine().get(BOX).orElseThrow();
    assertThat(object.path("spec"))
        .hasToString(
            "{\"size\":3,\"labels\":{\"fsync\":\"off\",\"mode\":\"0700\",\"big\":\"1_000\"}}");
    assertThat(object.path("apiVersion").asText()).isEqualTo("pglet.dev/v1alpha1");
    assertThat(object.at("/metadata/labels/team").asText()).isEqualTo("a");
    assertThat(object.at("/metadata/creationTimestamp").asText()).isEqualTo("2026-01-01T00:00:00Z");
  }

  @Test
  void metersSayHowPassesEndedAndStartAtZero() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.host().failNext("Build", BOX, Rig::broken);
    TestingEngine engine = rig.start();
    engine.converge();

    assertThat(passes("success")).isEqualTo(1);
    assertThat(passes("error")).isEqualTo(1);
    assertThat(passes("stalled")).isZero();
    assertThat(rig.meters().get("pglet.reconcile.panics").counter().count()).isZero();
    assertThat(
            rig.meters()
                .get("pglet.step")
                .tags("kind", "Toy", "step", "Build", "result", "error")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(rig.meters().get("pglet.workqueue.adds").functionCounter().count()).isPositive();
    engine.advance(Duration.ofSeconds(61));
    assertThat(passes("success")).isEqualTo(2);
  }

  private double passes(String result) {
    return rig.meters()
        .get("pglet.reconcile")
        .tags("kind", "Toy", "result", result)
        .counter()
        .count();
  }

  @Test
  void isReadyAfterTheFirstScanAndHealthy() throws Exception {
    TestingEngine engine = rig.open(parts -> parts);
    Health health = engine.engine().health();
    assertThat(health.passes(Health.Probe.READYZ)).isFalse();
    assertThat(health.ask(Health.Probe.READYZ).get("scan")).isPresent();
    engine.start();
    assertThat(health.passes(Health.Probe.READYZ)).isTrue();
    assertThat(health.passes(Health.Probe.HEALTHZ)).isTrue();
    health.register(
        Health.Probe.HEALTHZ,
        "broken",
        () -> {
          throw new IllegalStateException("x");
        });
    assertThat(health.passes(Health.Probe.HEALTHZ)).isFalse();
    engine.close();
  }
}
