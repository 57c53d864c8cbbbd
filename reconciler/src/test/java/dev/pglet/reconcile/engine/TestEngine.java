package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.engine.Convergence.State;
import dev.pglet.reconcile.engine.pass.Reporter;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.testing.LoggedWarnings;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestEngine {
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

  /** With a thousand manifests each of a thousand statuses would be looked for in all of them. */
  @Test
  void whatPgletItselfHasWrittenIsScannedLaterAndOnce() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    Path own = Path.of("own.yaml");
    rig.manifests().own(Set.of(own));
    int scans = rig.manifests().scans();

    for (int i = 0; i < 3; i++) {
      engine.engine().rescan(Set.of(own));
      engine.settleNow();
    }
    assertThat(rig.manifests().scans()).isEqualTo(scans);
    assertThat(engine.engine().settled()).isTrue();

    engine.advance(Duration.ofSeconds(2));
    assertThat(rig.manifests().scans()).isEqualTo(scans + 1);

    engine.engine().rescan(Set.of(own, Path.of("edited.yaml")));
    engine.settleNow();
    assertThat(rig.manifests().scans()).isEqualTo(scans + 2);

    engine.engine().rescan(Set.of());
    engine.settleNow();
    assertThat(rig.manifests().scans()).isEqualTo(scans + 3);

    engine.engine().rescan(Set.of(own));
    engine.advance(Duration.ofSeconds(2));
    assertThat(rig.manifests().scans()).isEqualTo(scans + 4);
  }

  @Test
  void aScanThatHasNotBegunIsOneForAllWhoAsk() throws Exception {
    TestingEngine engine = rig.start();
    int scans = rig.manifests().scans();
    for (int i = 0; i < 5; i++) {
      engine.engine().rescan();
    }
    assertThat(engine.engine().settled()).isFalse();
    engine.settleNow();

    assertThat(rig.manifests().scans()).isEqualTo(scans + 1);
    assertThat(engine.engine().settled()).isTrue();
  }

  @Test
  void aStatusThatACheckoutTakesAwayComesBackThoughItIsTheSame() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    ObjectNode written = rig.manifests().status(BOX).orElseThrow();

    rig.manifests().takeStatusAway(BOX);
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.manifests().status(BOX)).contains(written);
  }

  @Test
  void whatTicksIsSeenInTheApiAndWrittenOnlyWithARealChange() throws Exception {
    rig.host().countLooks();
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    int writes = rig.manifests().statusWrites();
    ObjectNode written = rig.manifests().status(BOX).orElseThrow();
    int before = looks();

    engine.advance(Duration.ofMinutes(5));

    assertThat(looks()).isGreaterThan(before);
    assertThat(rig.manifests().statusWrites()).isEqualTo(writes);
    assertThat(rig.manifests().status(BOX)).contains(written);
    rig.stop();
    rig.start().converge();
    engine.advance(Duration.ofMinutes(2));
    assertThat(rig.manifests().status(BOX)).as("after a restart").contains(written);
    rig.manifests().put(document("box", "size: 3, colour: blue"));
    rig.engine().advance(Duration.ofMinutes(2));
    assertThat(rig.manifests().status(BOX).orElseThrow().path("looks").asInt())
        .isGreaterThan(before);
  }

  @Test
  void aConditionThatIsAnAlertIsToldWhenItBeginsAndWhenItEnds() throws Exception {
    rig.manifests().put(document("box", "size: 3, colour: later-red"));
    rig.start().converge();
    rig.engine().advance(Duration.ofMinutes(3));
    assertThat(alerts()).containsExactly("WARNING it is painted later");
    rig.stop();
    rig.start().converge();
    assertThat(alerts()).as("not again after a restart").hasSize(1);
  }

  private List<String> alerts() {
    return rig.engine().engine().events(BOX).stream()
        .filter(event -> event.reason().equals("PaintPending"))
        .map(event -> event.type() + " " + event.message())
        .toList();
  }

  private int looks() {
    return rig.engine().engine().get(BOX).orElseThrow().path("status").path("looks").asInt();
  }

  @Test
  void bringsAResourceToWhatItsManifestSaysAndReportsIt() throws Exception {
    rig.manifests().put(document("box", "size: 3, colour: red"));

    assertThat(rig.start().converge().succeeded()).isTrue();

    assertThat(rig.host().acts()).containsExactly("Build toy/box", "Open toy/box", "Paint toy/box");
    ObjectNode status = rig.manifests().status(BOX).orElseThrow();
    assertThat(status.path("phase").asText()).isEqualTo("Open");
    assertThat(status.path("observedGeneration").asLong()).isEqualTo(1);
    assertThat(rig.condition(BOX, "Ready")).isEqualTo("True Ready");
    assertThat(rig.condition(BOX, "Available")).isEqualTo("True Available");
    assertThat(rig.condition(BOX, "UpToDate")).isEqualTo("True UpToDate");
    assertThat(rig.condition(BOX, "Reconciling")).isEqualTo("False Idle");
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("False NotStalled");
    assertThat(rig.condition(BOX, "Paused")).isEqualTo("False NotPaused");
    assertThat(rig.condition(BOX, "Deleting")).isEqualTo("False NotDeleting");
  }

  @Test
  void whatAPolicyHoldsBackIsShownAndNotDoneAndNoObstacleToBeingReady() throws Exception {
    rig.manifests().put(document("box", "size: 3, colour: later-red"));

    TestingEngine engine = rig.start();
    assertThat(engine.converge().succeeded()).isTrue();

    assertThat(rig.host().acts()).containsExactly("Build toy/box", "Open toy/box");
    assertThat(rig.condition(BOX, "Ready")).isEqualTo("True Ready");
    assertThat(rig.condition(BOX, "UpToDate")).isEqualTo("False StepsDeferred");
    assertThat(rig.condition(BOX, "Reconciling")).isEqualTo("False Idle");
    assertThat(rig.condition(BOX, "PaintPending")).isEqualTo("True Later");
    assertThat(rig.manifests().status(BOX).orElseThrow().path("conditions").toString())
        .contains("PaintPending");

    rig.manifests().put(document("box", "size: 3, colour: red"));
    engine.engine().rescan();
    engine.settleNow();

    assertThat(rig.host().count("Paint")).isEqualTo(1);
    assertThat(rig.condition(BOX, "UpToDate")).isEqualTo("True UpToDate");
    assertThat(rig.manifests().status(BOX).orElseThrow().path("conditions").toString())
        .doesNotContain("PaintPending");
  }

  @Test
  void anErrorOfAStepIsSaidWithThePlaceOfItsFieldAndOfItsRival() throws Exception {
    rig.manifests().put(document("box", "size: 3, colour: red"));
    rig.manifests().put(document("other", "size: 4"));
    HostUnavailable taken =
        new HostUnavailable("SizeTaken", "size 3 is taken", "Choose another")
            .at("spec.size")
            .against(key("other"));
    for (int i = 0; i < 100; i++) {
      rig.host().failNext("Build", BOX, () -> taken);
    }

    rig.start().converge();

    String root = rig.manifests().root().toString();
    assertThat(rig.engine().standing(BOX).message())
        .startsWith(root + "/toy-box.yaml:5:3: spec.size: size 3 is taken. Choose another")
        .contains("(" + root + "/toy-other.yaml:5:3: spec.size: that of toy/other)");
    assertThat(rig.manifests().status(BOX).orElseThrow().toString()).contains("toy-box.yaml:5:3");
    assertThat(rig.engine().engine().events(BOX))
        .anyMatch(event -> event.message().contains("toy-box.yaml:5:3"));
  }

  @Test
  void everyTryOfAStepIsKeptBesideTheLastOne() throws Exception {
    rig.manifests().put(document("box", "size: 3, colour: red"));
    for (int i = 1; i <= 6; i++) {
      String which = "try " + i;
      rig.host().failNext("Paint", BOX, () -> new StepFailed("Wet", which, "Wait"));
    }
    List<ReconcileException> errors = new CopyOnWriteArrayList<>();
    rig.start(
            parts ->
                parts.listenedToBy(
                    new EngineListener() {
                      @Override
                      public void stepFinished(
                          ResourceKey key,
                          String step,
                          Duration took,
                          Optional<ReconcileException> error) {
                        error.ifPresent(errors::add);
                      }
                    }))
        .converge();

    assertThat(errors)
        .singleElement()
        .satisfies(
            last -> {
              assertThat(last).hasMessage("try 6");
              assertThat(last.getSuppressed())
                  .extracting(Throwable::getMessage)
                  .containsExactly("try 1", "try 2", "try 3", "try 4", "try 5");
              assertThat(last.getSuppressed())
                  .allSatisfy(attempt -> assertThat(attempt.getSuppressed()).isEmpty());
            });
  }

  @Test
  void convergedMeansEmpty() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.start().converge();
    rig.engine().advance(Duration.ofMinutes(2));
    int acts = rig.host().acts().size();
    int writes = rig.manifests().statusWrites();

    rig.engine().advance(Duration.ofMinutes(10));

    assertThat(rig.host().acts()).hasSize(acts);
    assertThat(rig.manifests().statusWrites()).isEqualTo(writes);
    assertThat(rig.engine().engine().preview(BOX).orElseThrow().differs()).isFalse();
  }

  @Test
  void convergedMeansEmptyOverARestartToo() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.start().converge();
    ObjectNode status = rig.manifests().status(BOX).orElseThrow();
    int acts = rig.host().acts().size();
    rig.stop();
    rig.time().advance(Duration.ofHours(3));

    assertThat(rig.start().converge().succeeded()).isTrue();

    assertThat(rig.host().acts()).hasSize(acts);
    assertThat(rig.manifests().status(BOX)).contains(status);
  }

  @Test
  void correctsDriftAtTheNextResyncAndSaysSo() throws Exception {
    rig.manifests().put(document("box", "size: 3, colour: red"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.host().change(BOX, rig.host().box(BOX).orElseThrow());
    rig.host().steal(BOX);

    engine.advance(Duration.ofSeconds(61));

    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(engine.engine().events(BOX))
        .anyMatch(event -> event.reason().equals("DriftCorrected"));
  }

  @Test
  void aSpecChangeIsANewGenerationAndIsActedOnAtTheNextScan() throws Exception {
    rig.manifests().put(document("box", "colour: red"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().put(document("box", "colour: blue"));

    engine.engine().rescan();
    engine.settleNow();

    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("blue");
    ObjectNode object = engine.engine().get(BOX).orElseThrow();
    assertThat(object.at("/metadata/generation").asLong()).isEqualTo(2);
    assertThat(object.at("/status/observedGeneration").asLong()).isEqualTo(2);
  }

  @Test
  void transitionTimesMoveOnlyWhenTheStatusFlips() throws Exception {
    rig.manifests().put(document("box", "colour: red"));
    TestingEngine engine = rig.start();
    engine.converge();
    String since = rig.transition(BOX, "Available");
    engine.advance(Duration.ofMinutes(5));
    rig.manifests().put(document("box", "colour: blue"));
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("blue");
    assertThat(rig.transition(BOX, "Available")).isEqualTo(since).endsWith(":00Z");
    assertThat(rig.transition(BOX, "UpToDate")).isGreaterThan(since);
  }

  /** It is read twice and would be written with each change. */
  @Test
  void conditionsOfANewerPgletAreKeptAndThatIsSaidOnceForEachReason() throws Exception {
    rig.manifests().put(document("box", "colour: red"));
    rig.start().converge();
    rig.stop();
    Path file;
    try (var files = Files.list(rig.dataRoot().resolve("state/conditions"))) {
      file = files.findFirst().orElseThrow();
    }
    String newer = "{\"formatVersion\": 99}";
    Files.writeString(file, newer);

    try (LoggedWarnings warnings = new LoggedWarnings(Reporter.class)) {
      TestingEngine engine = rig.start();
      for (String colour : List.of("blue", "green", "black")) {
        rig.manifests().put(document("box", "colour: " + colour));
        engine.advance(Duration.ofMinutes(5));
      }
      assertThat(warnings.causes()).hasSize(2).doesNotHaveDuplicates();
      assertThat(warnings.causes().getFirst()).contains("formatVersion 99");
      assertThat(warnings.causes().getLast()).contains("left as they are");
    }
    assertThat(rig.condition(BOX, "Available")).startsWith("True");
    assertThat(file).content().isEqualTo(newer);
  }

  @Test
  void anInvalidSpecIsTerminalNamesItsPlaceAndKeepsWhatIsThere() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().put(document("box", "size: 300"));
    engine.advance(Duration.ofMinutes(1));

    assertThat(engine.converge().succeeded()).isFalse();
    assertThat(engine.standing(BOX).state()).isEqualTo(State.STALLED);
    assertThat(engine.standing(BOX).message())
        .contains("toy-box.yaml:5:3: spec.size: size 300 is over 100. Choose a smaller one");
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("True TooLarge");
    assertThat(rig.condition(BOX, "Ready")).isEqualTo("False TooLarge");
    assertThat(rig.condition(BOX, "Available")).isEqualTo("True Available");
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);
  }

  @Test
  void aFailureIsTriedAgainFromAFreshObservation() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.host().failNext("Build", BOX, Rig::broken);
    rig.host().failNext("Build", BOX, Rig::broken);
    TestingEngine engine = rig.start();
    engine.settleNow();

    assertThat(engine.standing(BOX).state()).isEqualTo(State.FAILING);
    assertThat(rig.condition(BOX, "Reconciling")).isEqualTo("True Broken");
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("False NotStalled");

    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(rig.host().count("Build")).isEqualTo(1);
  }

  @Test
  void convergeEndsAfterFiveFailuresInARow() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    for (int i = 0; i < 50; i++) {
      rig.host().failNext("Build", BOX, Rig::broken);
    }

    Convergence convergence = rig.start().converge();

    assertThat(convergence.succeeded()).isFalse();
    assertThat(rig.engine().standing(BOX).state()).isEqualTo(State.FAILING);
    assertThat(rig.engine().standing(BOX).message()).contains("the saw is broken");
  }

  @Test
  void aSpecChangeClearsTheBackoff() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    for (int i = 0; i < 8; i++) {
      rig.host().failNext("Build", BOX, Rig::broken);
    }
    TestingEngine engine = rig.start();
    engine.advance(Duration.ofSeconds(200));
    assertThat(rig.host().box(BOX)).isEmpty();
    rig.manifests().put(document("box", "size: 4"));

    engine.engine().rescan();
    engine.settleNow();

    assertThat(rig.host().box(BOX)).isPresent();
  }

  @Test
  void aPanicIsIsolatedCountedAndTriedAgain() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.manifests().put(document("other", "size: 3"));
    rig.host().failNext("Build", BOX, () -> new IllegalStateException("secret"));
    TestingEngine engine = rig.start();
    engine.settleNow();

    assertThat(engine.standing(key("other")).state()).isEqualTo(State.READY);
    assertThat(rig.condition(BOX, "Ready")).isEqualTo("False Panic");
    assertThat(engine.standing(BOX).message()).contains("IllegalStateException", "toy/box");
    assertThat(engine.standing(BOX).message()).doesNotContain("secret");
    assertThat(rig.meters().get("pglet.reconcile.panics").tag("kind", "Toy").counter().count())
        .isEqualTo(1);
    assertThat(engine.converge().succeeded()).isTrue();
  }

  @Test
  void availabilityIsUnknownWhileTheHostCannotBeSeen() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.host().blind(Optional.of(() -> new StepFailed("Dark", "it is dark", "")));
    engine.advance(Duration.ofSeconds(61));

    assertThat(rig.condition(BOX, "Available")).isEqualTo("Unknown Dark");
    assertThat(rig.condition(BOX, "Ready")).isEqualTo("Unknown Dark");
    rig.host().blind(Optional.empty());
    engine.converge();
    assertThat(rig.condition(BOX, "Ready")).isEqualTo("True Ready");
  }

  @Test
  void aDependantIsWokenWhenWhatItWaitsForBecomesAvailable() throws Exception {
    rig.manifests().put(document("above", "on: box"));
    rig.manifests().put(document("box", "size: 3"));
    rig.host().failNext("Build", BOX, Rig::broken);
    TestingEngine engine = rig.start();
    engine.settleNow();
    assertThat(rig.condition(key("above"), "Ready")).isEqualTo("False BelowNotAvailable");

    engine.advance(Duration.ofSeconds(2));

    assertThat(rig.condition(key("above"), "Ready")).isEqualTo("True Ready");
    assertThat(engine.converge().succeeded()).isTrue();
  }

  @Test
  void whatWaitsForSomethingThatIsNotThereEndsTheWaitOfConverge() throws Exception {
    rig.manifests().put(document("above", "on: nothing"));

    Convergence convergence = rig.start().converge();

    assertThat(convergence.succeeded()).isFalse();
    assertThat(rig.engine().standing(key("above")).message())
        .isEqualTo("toy/nothing is not available");
  }

  @Test
  void aDroppedStatusIsWrittenAfterAnotherScan() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.manifests().dropStatusWrites(1);
    TestingEngine engine = rig.start();
    engine.settleNow();
    assertThat(rig.manifests().status(BOX)).isEmpty();

    engine.advance(Duration.ofSeconds(2));

    assertThat(rig.condition(BOX, "Ready")).isEqualTo("True Ready");
  }
}
