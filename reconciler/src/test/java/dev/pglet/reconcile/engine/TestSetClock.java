package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T12: somebody sets the clock while resources are looked at again and again. */
final class TestSetClock {
  private static final int BOXES = 6;
  private static final Duration BETWEEN = Duration.ofSeconds(7);

  @TempDir private Path directory;
  private Rig rig;
  private final Map<ResourceKey, Integer> passes = new ConcurrentHashMap<>();

  @BeforeEach
  void open() {
    rig = new Rig(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private TestingEngine startCounting() throws Exception {
    return rig.start(
        parts ->
            parts.listenedToBy(
                new EngineListener() {
                  @Override
                  public void passStarted(ResourceKey key) {
                    passes.merge(key, 1, Integer::sum);
                  }
                }));
  }

  @ParameterizedTest
  @ValueSource(strings = {"P365D", "PT1H", "PT-1H", "P-365D"})
  void everyResourceIsLookedAtAsOftenAsBeforeAndNoneIsForgotten(Duration by) throws Exception {
    TestingEngine engine = startCounting();
    for (int i = 0; i < BOXES; i++) {
      rig.manifests().put(document("box" + i, "size: 3"));
      engine.engine().rescan();
      engine.advance(BETWEEN);
    }
    rig.time().setClock(by);
    passes.clear();

    engine.advance(Duration.ofMinutes(10));

    for (int i = 0; i < BOXES; i++) {
      assertThat(passes.getOrDefault(key("box" + i), 0)).as("box" + i).isBetween(9, 11);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"P365D", "PT1H", "PT-1H", "P-365D"})
  void whatFailsIsTriedAgainWithItsPausesAndNotAllAtOnce(Duration by) throws Exception {
    TestingEngine engine = startCounting();
    for (int i = 0; i < BOXES; i++) {
      for (int n = 0; n < 10_000; n++) {
        rig.host().failNext("Build", key("box" + i), Rig::broken);
      }
      rig.manifests().put(document("box" + i, "size: 3"));
    }
    engine.engine().rescan();
    // The pauses have grown to their five minutes, give or take one.
    engine.advance(Duration.ofHours(1));
    rig.time().setClock(by);
    passes.clear();

    engine.advance(Duration.ofHours(1));

    for (int i = 0; i < BOXES; i++) {
      assertThat(passes.getOrDefault(key("box" + i), 0)).as("box" + i).isBetween(10, 16);
    }
  }

  @Test
  void aClockThatIsSetForwardLeavesAStepItsTries() throws Exception {
    StepFailed failure = Rig.broken();
    CountDownLatch first = new CountDownLatch(1);
    rig.host()
        .failNext(
            "Open",
            key("box"),
            () -> {
              rig.time().setClock(Duration.ofMinutes(10));
              first.countDown();
              return failure;
            });
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = startCounting();

    assertThat(engine.converge().succeeded()).isTrue();

    assertThat(first.getCount()).isZero();
    assertThat(passes.get(key("box"))).as("one pass, with two tries").isEqualTo(1);
  }

  @Test
  void aClockThatIsSetBackGivesAStepNoMoreTime() throws Exception {
    for (int n = 0; n < 10_000; n++) {
      rig.host().failNext("Open", key("box"), Rig::broken);
    }
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = startCounting();
    engine.advance(Duration.ofSeconds(30));
    rig.time().setClock(Duration.ofHours(-1));
    engine.advance(Duration.ofSeconds(40));

    assertThat(engine.standing(key("box")).reason()).isEqualTo("Broken");
    assertThat(passes.get(key("box"))).as("its minute is over").isGreaterThan(1);
  }
}
