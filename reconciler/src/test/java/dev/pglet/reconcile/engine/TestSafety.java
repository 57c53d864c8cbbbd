package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.annotated;
import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.Operations.OperationRequest;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.engine.Convergence.State;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.ToyHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSafety {
  private static final ResourceKey BOX = key("box");
  private static final String CONFIRM = "pglet.dev/confirm";

  @TempDir private Path directory;

  /** Of operations; not reached. */
  private static final Duration LIMIT = Duration.ofHours(1);

  private Rig rig;

  @BeforeEach
  void rig() {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3"));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private String planId() {
    return rig.engine().engine().preview(BOX).orElseThrow().planId().orElseThrow();
  }

  @Test
  void aDestructiveStepNeedsTheConsentThatThePreviewNames() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    engine.engine().apply(document("box", "size: 4"));
    engine.converge();

    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);
    assertThat(engine.standing(BOX).state()).isEqualTo(State.STALLED);
    assertThat(engine.standing(BOX).message())
        .contains(
            "burning the box of size 3",
            "pglet diff toy/box",
            "pglet annotate --overwrite toy/box %s=%s".formatted(CONFIRM, planId()));
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("True ConsentRequired");
    assertThat(rig.condition(BOX, "Ready")).as("all else is done").isEqualTo("True Ready");

    engine.engine().apply(annotated("box", "size: 4", CONFIRM, "0000000000000000"));
    engine.converge();
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);

    engine.engine().apply(annotated("box", "size: 4", CONFIRM, planId()));
    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(4);
  }

  @Test
  void aConsentIsValidOnce() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    engine.engine().apply(document("box", "size: 4"));
    engine.converge();
    String id = planId();
    engine.engine().apply(annotated("box", "size: 4", CONFIRM, id));
    engine.converge();

    rig.host().change(BOX, rig.host().box(BOX).orElseThrow());
    rig.host().change(BOX, new ToyHost.Box("u", "r", 3, true, Optional.of("white"), false));
    engine.advance(Duration.ofMinutes(2));

    assertThat(planId()).isEqualTo(id);
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("True ConsentSpent");
  }

  @Test
  void aConsentToLoseABoxIsNoneToLoseTheNext() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    engine.engine().apply(document("box", "size: 4"));
    engine.converge();
    String id = planId();
    rig.host().change(BOX, rig.host().box(BOX).orElseThrow().madeAs(2));

    engine.engine().apply(annotated("box", "size: 4", CONFIRM, id));
    engine.converge();

    assertThat(rig.host().count("Burn")).isZero();
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("True ConsentRequired");
    assertThat(planId()).isNotEqualTo(id);
  }

  @Test
  void aConsentOutlivesAFailureInTheMiddleAndAnotherGenerationNeedsItsOwn() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    engine.engine().apply(document("box", "size: 4"));
    engine.converge();
    String id = planId();
    rig.host().failNext("Burn", BOX, Rig::broken);
    engine.engine().apply(annotated("box", "size: 4", CONFIRM, id));
    engine.settleNow();
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);

    engine.engine().apply(annotated("box", "size: 5", CONFIRM, id));
    engine.converge();
    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);
    assertThat(planId()).isNotEqualTo(id);
  }

  @Test
  void aPausedResourceIsSeenAndReportedButNotTouched() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    engine.engine().apply(annotated("box", "size: 3, colour: red", "pglet.dev/paused", "true"));

    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(engine.standing(BOX).state()).isEqualTo(State.PAUSED);
    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("white");
    assertThat(rig.condition(BOX, "Paused")).isEqualTo("True PausedByAnnotation");
    assertThat(rig.condition(BOX, "UpToDate")).isEqualTo("False StepsPending");
    rig.host().steal(BOX);
    engine.advance(Duration.ofMinutes(2));
    assertThat(rig.host().box(BOX)).isEmpty();
    assertThat(rig.condition(BOX, "Available")).startsWith("False");
    assertThat(rig.manifests().status(BOX).orElseThrow().path("phase").asText())
        .isEqualTo("Absent");

    engine.engine().apply(document("box", "size: 3, colour: red"));
    engine.converge();
    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("red");
  }

  @Test
  void aNewerSpecStopsThePassBetweenItsSteps() throws Exception {
    rig.host()
        .failNext(
            "Open",
            BOX,
            () -> {
              rig.manifests().put(document("box", "size: 3, colour: blue"));
              rig.engine().engine().rescan();
              rig.time().advance(Duration.ZERO);
              return new StepFailed("Jammed", "the lid is jammed", "");
            });
    TestingEngine engine = rig.start();
    engine.settleNow();

    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("blue");
    assertThat(
            rig.meters()
                .get("pglet.reconcile")
                .tags("kind", "Toy", "result", "superseded")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(engine.engine().events(BOX)).noneMatch(event -> event.reason().equals("Jammed"));
  }

  @Test
  void aStepThatIsStartingIsTriedAgainInItsPass() throws Exception {
    for (int i = 0; i < 10; i++) {
      rig.host().failNext("Open", BOX, Rig::broken);
    }
    TestingEngine engine = rig.start();
    engine.advance(Duration.ofSeconds(30));

    assertThat(engine.standing(BOX).state()).isEqualTo(State.READY);
    assertThat(engine.engine().events(BOX)).noneMatch(event -> event.reason().equals("Broken"));
  }

  @Test
  void aStepThatNeverStartsFailsAtItsDeadlineWithEveryAttempt() throws Exception {
    for (int i = 0; i < 1000; i++) {
      rig.host().failNext("Open", BOX, Rig::broken);
    }
    TestingEngine engine = rig.start();
    engine.advance(Duration.ofSeconds(55));
    assertThat(engine.standing(BOX).state()).isEqualTo(State.IN_PROGRESS);
    engine.advance(Duration.ofSeconds(10));

    assertThat(engine.standing(BOX).reason()).isEqualTo("Broken");
  }

  @Test
  void aStepThatIsStillNeededAfterItWasDoneDidNotConverge() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.host().undo("Paint", BOX);
    engine.engine().apply(document("box", "size: 3, colour: red"));
    engine.settleNow();

    assertThat(engine.standing(BOX).reason()).isEqualTo("DidNotConverge");
    assertThat(engine.standing(BOX).message()).contains("painting the box red");
    assertThat(rig.host().count("Paint")).as("once a pass").isEqualTo(2);
  }

  @Test
  void aHeldKeyIsNotTouchedAndIsWokenWhenTheOperationEnds() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    Operations operations = rig.provider().context().operations();
    CountDownLatch end = new CountDownLatch(1);
    operations.start(
        new OperationRequest(
            "copy-1", key("other"), "Copy", Map.of("from", "box"), Set.of(BOX), LIMIT),
        context -> await(end));
    engine.engine().apply(document("box", "size: 3, colour: red"));
    awaitReason("Held");
    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("white");
    assertThatThrownBy(
            () ->
                operations.start(
                    new OperationRequest(
                        "copy-2", key("third"), "Copy", Map.of(), Set.of(BOX), LIMIT),
                    context -> {}))
        .isInstanceOf(DependencyNotReady.class)
        .hasMessageContaining("toy/box is in use by toy/other");

    end.countDown();
    engine.settleNow();

    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("red");
    assertThat(operations.find("copy-1")).contains(new OperationState.Succeeded());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitReason(String reason) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!rig.engine().standing(BOX).reason().equals(reason)) {
      assertThat(System.nanoTime()).as("no %s in time", reason).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void anOperationThatADaemonLeftBehindIsInterruptedForTheNext() throws Exception {
    rig.start().converge();
    CountDownLatch started = new CountDownLatch(1);
    rig.provider()
        .context()
        .operations()
        .start(
            new OperationRequest("copy-1", BOX, "Copy", Map.of("from", "box"), Set.of(), LIMIT),
            context -> {
              started.countDown();
              while (!context.cancelled()) {
                Thread.onSpinWait();
              }
              throw new StepFailed("Cancelled", "told to stop", "");
            });
    await(started);
    rig.stop();

    rig.start().converge();

    Operations operations = rig.provider().context().operations();
    assertThat(operations.find("copy-1")).contains(new OperationState.Interrupted());
    operations.forget("copy-1");
    assertThat(operations.find("copy-1")).isEmpty();
    rig.stop();
    rig.start();
    assertThat(rig.provider().context().operations().find("copy-1")).isEmpty();
  }

  @Test
  void aFailedOperationIsRememberedOverARestart() throws Exception {
    TestingEngine engine = rig.start();
    OperationRequest request =
        new OperationRequest("copy-1", BOX, "Copy", Map.of(), Set.of(), LIMIT);
    rig.provider()
        .context()
        .operations()
        .start(
            request,
            context -> {
              throw new StepFailed("NoSpace", "the disk is full", "Free some");
            });
    engine.settleNow();
    rig.stop();
    rig.start();

    assertThat(rig.provider().context().operations().find("copy-1"))
        .contains(new OperationState.Failed("NoSpace", "the disk is full. Free some"));
  }

  @Test
  void aSecondDaemonIsRefusedWithThePidOfTheFirst() throws Exception {
    rig.start();

    assertThatThrownBy(() -> rig.open(parts -> parts))
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.explain())
                    .contains(
                        "pid " + ProcessHandle.current().pid(), rig.dataRoot().toString(), "kill"));
    assertThatThrownBy(() -> rig.open(parts -> parts))
        .as("the first refusal has not given up the lock")
        .isInstanceOf(Refused.class);
    rig.stop();
    rig.start();
  }

  @Test
  void losingTheStateDirectoryChangesNoUidAndDoesNothing() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    String uid = engine.engine().get(BOX).orElseThrow().at("/metadata/uid").asText();
    List<String> acts = rig.host().acts();
    rig.stop();
    try (Stream<Path> files = Files.walk(rig.dataRoot())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }

    assertThat(rig.start().converge().succeeded()).isTrue();
    assertThat(rig.engine().engine().get(BOX).orElseThrow().at("/metadata/uid").asText())
        .isEqualTo(uid);
    assertThat(rig.host().acts()).isEqualTo(acts);
  }

  @Test
  void aCorruptedInventoryIsKeptAsideRebuiltAndSaid() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    String uid = engine.engine().get(BOX).orElseThrow().at("/metadata/uid").asText();
    rig.stop();
    Path inventory = rig.dataRoot().resolve("state/inventory.json");
    Files.writeString(inventory, Files.readString(inventory).substring(0, 40));

    assertThat(rig.start().converge().succeeded()).isTrue();

    assertThat(rig.engine().engine().get(BOX).orElseThrow().at("/metadata/uid").asText())
        .isEqualTo(uid);
    assertThat(rig.problems()).anyMatch(p -> p.contains("inventory.json is damaged"));
    try (Stream<Path> files = Files.list(rig.dataRoot().resolve("state"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("inventory.json.corrupt-"));
    }
  }

  @Test
  void stateOfANewerPgletIsRefusedAndLeftAsItIs() throws Exception {
    rig.start().converge();
    rig.stop();
    Path inventory = rig.dataRoot().resolve("state/inventory.json");
    String newer =
        Files.readString(inventory)
            .replaceFirst("\"formatVersion\" : [0-9]+", "\"formatVersion\" : 99");
    assertThat(newer).contains("\"formatVersion\" : 99");
    Files.writeString(inventory, newer);

    assertThatThrownBy(() -> rig.open(parts -> parts))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("formatVersion 99");
    assertThat(Files.readString(inventory)).isEqualTo(newer);
  }

  @Test
  void aStatusThatCannotBeWrittenIsSaidOnceAndEverythingElseWorks() throws Exception {
    rig.manifests().refuseStatuses(Optional.of("/m/box.yaml: cannot be written: read-only"));
    TestingEngine engine = rig.start();

    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(rig.host().box(BOX)).isPresent();
    engine.engine().apply(document("box", "size: 3, colour: red"));
    engine.converge();
    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("red");
    assertThat(rig.manifests().status(BOX)).isEmpty();
    assertThat(engine.engine().get(BOX).orElseThrow().at("/status/conditions")).isNotEmpty();
    assertThat(engine.engine().events(BOX))
        .filteredOn(event -> event.reason().equals("StatusNotWritten"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.count()).isEqualTo(1);
              assertThat(event.message())
                  .contains("/m/box.yaml: cannot be written: read-only", "status.mode");
            });

    rig.manifests().refuseStatuses(Optional.empty());
    engine.engine().apply(document("box", "size: 3, colour: blue"));
    engine.converge();
    assertThat(rig.condition(BOX, "Ready")).startsWith("True");
  }
}
