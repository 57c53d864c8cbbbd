package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.engine.gate.Restarts;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.ToyHost.Box;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A change that concerns many is not a restart of all of them at once. */
final class TestRestarts {
  private static final int BOXES = 6;

  @TempDir private Path directory;
  private Rig rig;
  private final AtomicInteger most = new AtomicInteger();

  @BeforeEach
  void boxes() throws Exception {
    rig = new Rig(directory);
    write("plain");
    rig.start().converge();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static ResourceKey box(int i) {
    return key("box" + i);
  }

  private void write(String lid) {
    for (int i = 0; i < BOXES; i++) {
      rig.manifests().put(document("box" + i, "lid: " + lid));
    }
  }

  /** Whenever a lid is about to be changed or a box to be opened, counts those that are closed. */
  private void countClosed() {
    for (int i = 0; i < BOXES; i++) {
      rig.host().blockNext("Open", box(i), () -> most.accumulateAndGet(closed(), Math::max));
    }
  }

  private int closed() {
    return (int) rig.host().boxes().values().stream().filter(box -> !box.open()).count();
  }

  private long changed() {
    return rig.host().boxes().values().stream().filter(box -> box.lid().equals("round")).count();
  }

  @Test
  void aChangeThatRestartsManyRestartsOneAtATimeAndEndsWithAll() throws Exception {
    countClosed();
    write("round");
    rig.engine().engine().rescan();
    Convergence convergence = rig.engine().converge();

    assertThat(convergence.succeeded()).isTrue();
    assertThat(changed()).isEqualTo(BOXES);
    assertThat(most).as("closed at once").hasValue(1);
  }

  @Test
  void oneThatDoesNotComeBackKeepsTheOthersRunningForAWhile() throws Exception {
    for (int i = 0; i < BOXES; i++) {
      for (int n = 0; n < 10_000; n++) {
        rig.host().failNext("Open", box(i), Rig::broken);
      }
    }
    write("round");
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofMinutes(4));

    assertThat(changed()).isEqualTo(1);
    assertThat(closed()).isEqualTo(1);
    ResourceKey waiting =
        rig.host().boxes().entrySet().stream()
            .filter(entry -> entry.getValue().open())
            .findFirst()
            .orElseThrow()
            .getKey();
    assertThat(rig.condition(waiting, "Reconciling")).isEqualTo("True RestartStaggered");
    assertThat(rig.condition(waiting, "Available")).isEqualTo("True Available");
    assertThat(rig.engine().standing(waiting).message())
        .contains("changing the lid to a round one waits until toy/box")
        .contains("at most 1 at once (maxConcurrentRestarts)");

    rig.engine().advance(Restarts.LONGEST);
    assertThat(changed()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P365D", "PT-1H"})
  void aClockThatIsSetMakesNoTurnLongerOrShorter(Duration by) throws Exception {
    for (int i = 0; i < BOXES; i++) {
      for (int n = 0; n < 10_000; n++) {
        rig.host().failNext("Open", box(i), Rig::broken);
      }
    }
    write("round");
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofMinutes(1));
    rig.time().setClock(by);

    rig.engine().advance(Duration.ofMinutes(3));
    assertThat(changed()).as("after 4 minutes").isEqualTo(1);
    rig.engine().advance(Duration.ofMinutes(2));
    assertThat(changed()).as("after 6 minutes").isEqualTo(2);
  }

  @Test
  void oneThatIsDownIsStartedWithoutATurn() throws Exception {
    Box down = rig.host().box(box(5)).orElseThrow();
    rig.host().change(box(5), down.lidded("broken"));
    for (int n = 0; n < 10_000; n++) {
      rig.host().failNext("Open", box(0), Rig::broken);
    }
    rig.manifests().put(document("box0", "lid: round"));
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofMinutes(2));

    assertThat(rig.host().box(box(0)).orElseThrow().open()).as("has the only turn").isFalse();
    assertThat(rig.host().box(box(5)).orElseThrow().lid()).isEqualTo("plain");
    assertThat(rig.host().box(box(5)).orElseThrow().open()).isTrue();
  }

  @Test
  void moreAtOnceAreAllowedByTheHostsConfiguration() throws Exception {
    TestingEngine engine = rig.engine();
    for (int i = 0; i < BOXES; i++) {
      for (int n = 0; n < 10_000; n++) {
        rig.host().failNext("Open", box(i), Rig::broken);
      }
    }
    rig.provider().context().maxConcurrentRestarts(2);
    write("round");
    engine.engine().rescan();
    engine.advance(Duration.ofMinutes(2));
    assertThat(closed()).isEqualTo(2);

    rig.provider().context().maxConcurrentRestarts(3);
    engine.settleNow();
    assertThat(closed()).as("who waited is woken").isEqualTo(3);
    assertThatThrownBy(() -> rig.provider().context().maxConcurrentRestarts(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneThatIsDeletedWhileItIsDownGivesItsTurnAway() throws Exception {
    for (int n = 0; n < 10_000; n++) {
      rig.host().failNext("Open", box(0), Rig::broken);
    }
    rig.manifests().put(document("box0", "lid: round"));
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofMinutes(1));
    rig.manifests().put(document("box1", "lid: round"));
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofSeconds(1));
    assertThat(rig.host().box(box(1)).orElseThrow().lid()).isEqualTo("plain");

    rig.engine().engine().delete(box(0));
    rig.engine().advance(Duration.ofSeconds(5));

    assertThat(rig.host().box(box(1)).orElseThrow().lid()).isEqualTo("round");
  }
}
