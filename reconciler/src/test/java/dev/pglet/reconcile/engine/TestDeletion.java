package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.engine.Convergence.State;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.Toy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDeletion {
  private static final ResourceKey BOX = key("box");
  private static final ResourceKey OTHER = key("other");

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void boxes() {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3"));
    rig.manifests().put(document("other", "size: 3"));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private String uid(ResourceKey key) {
    return rig.engine().engine().get(key).orElseThrow().at("/metadata/uid").asText();
  }

  @Test
  void anExplicitDeletionActsAtOnceAndForgetsTheKey() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();

    assertThat(engine.engine().delete(BOX)).isTrue();
    engine.settleNow();

    assertThat(rig.host().box(BOX)).isEmpty();
    assertThat(engine.engine().get(BOX)).isEmpty();
    assertThat(engine.engine().unmanaged()).isEmpty();
    assertThat(engine.engine().delete(BOX)).isFalse();
    assertThat(rig.manifests().scan().accepted()).containsOnlyKeys(OTHER);
    assertThat(rig.host().box(OTHER)).isPresent();
  }

  @Test
  void aDeletionThatKeepsLeavesARetainedEntryAndItsReturnResumesTheUid() throws Exception {
    rig.manifests().put(document("box", "size: 3, keep: true"));
    TestingEngine engine = rig.start();
    engine.converge();
    String uid = uid(BOX);

    engine.engine().delete(BOX);
    engine.settleNow();

    assertThat(engine.engine().get(BOX)).isEmpty();
    assertThat(rig.host().box(BOX).orElseThrow().abandoned()).isTrue();
    assertThat(engine.engine().unmanaged())
        .singleElement()
        .satisfies(
            kept -> {
              assertThat(kept.key()).isEqualTo(BOX);
              assertThat(kept.retained()).isTrue();
              assertThat(kept.explanation())
                  .contains(
                      "put the manifest back",
                      "pglet adopt toy/box",
                      "pglet delete --data toy/box");
            });

    engine.engine().apply(document("box", "size: 3, keep: true"));
    engine.converge();

    assertThat(uid(BOX)).isEqualTo(uid);
    assertThat(rig.host().count("Build")).isEqualTo(2);
    assertThat(rig.host().box(BOX).orElseThrow().abandoned()).isFalse();
  }

  @Test
  void nothingIsForgottenWhileItCannotBeToldWhetherSomethingIsLeft() throws Exception {
    rig.manifests().put(document("box", "size: 3, keep: true"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.host().unsure(Optional.of(Rig::broken));
    engine.engine().delete(BOX);
    engine.settleNow();
    assertThat(engine.standing(BOX).state()).isEqualTo(State.FAILING);

    rig.host().unsure(Optional.empty());
    engine.advance(Duration.ofMinutes(1));

    assertThat(engine.engine().unmanaged())
        .singleElement()
        .satisfies(kept -> assertThat(kept.retained()).isTrue());
  }

  @Test
  void aNewResourceOfAForgottenKeyHasANewUid() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    String uid = uid(BOX);
    engine.engine().delete(BOX);
    engine.settleNow();

    engine.engine().apply(document("box", "size: 3"));
    engine.converge();

    assertThat(uid(BOX)).isNotEqualTo(uid);
  }

  @Test
  void aDeletionWaitsForWhatStandsOnItAndGoesOnWhenThatIsGone() throws Exception {
    rig.manifests().put(document("above", "on: box"));
    TestingEngine engine = rig.start();
    engine.converge();
    engine.engine().delete(BOX);
    engine.settleNow();
    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(engine.standing(BOX).message()).isEqualTo("toy/above stands on it");

    engine.engine().delete(key("above"));
    engine.settleNow();

    assertThat(rig.host().boxes()).containsOnlyKeys(OTHER);
  }

  @Test
  void aVanishedManifestIsPrunedOnlyWhenGoneInTwoScansThirtySecondsApart() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);

    engine.engine().rescan();
    engine.advance(Duration.ofSeconds(29));
    engine.engine().rescan();
    engine.settleNow();
    assertThat(rig.host().box(BOX)).isPresent();

    engine.advance(Duration.ofSeconds(35));
    assertThat(rig.host().box(BOX)).isEmpty();
    assertThat(engine.engine().events(BOX)).anyMatch(event -> event.reason().equals("Deleting"));
  }

  @Test
  void aRenameIsNoDeletion() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    String uid = uid(BOX);
    rig.manifests().remove(BOX);
    engine.advance(Duration.ofSeconds(31));
    rig.manifests().put(document("box", "size: 3"));
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().count("Burn")).isZero();
    assertThat(uid(BOX)).isEqualTo(uid);
  }

  @Test
  void anIncompleteScanSuspendsPruningStartsTheTimeAnewAndSaysSo() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);
    engine.advance(Duration.ofSeconds(31));
    rig.manifests().incomplete(Optional.of("the directory cannot be read"));
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(rig.problems())
        .anyMatch(problem -> problem.contains("the directory cannot be read"));
    assertThat(engine.engine().events(BOX))
        .anyMatch(event -> event.reason().equals("PruneBlocked"));

    rig.manifests().incomplete(Optional.empty());
    engine.engine().rescan();
    engine.advance(Duration.ofSeconds(29));
    assertThat(rig.host().box(BOX)).isPresent();
    engine.advance(Duration.ofSeconds(60));
    assertThat(rig.host().box(BOX)).isEmpty();
  }

  @Test
  void aRejectedFileSuspendsPruningAndItsLastGoodVersionStaysInForceOverARestart()
      throws Exception {
    rig.start().converge();
    rig.stop();
    rig.manifests().remove(BOX);
    rig.manifests().reject("toy-box.yaml", "no YAML", Set.of(BOX));
    rig.host().steal(BOX);
    TestingEngine engine = rig.start(EngineParts::withoutPruning);

    Convergence convergence = engine.converge();

    assertThat(convergence.succeeded()).isFalse();
    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(engine.standing(BOX).state()).isEqualTo(State.READY);
    assertThat(rig.problems()).anyMatch(problem -> problem.contains("toy-box.yaml:1:1: no YAML"));
  }

  @Test
  void aRootThatIsSuddenlyEmptyPrunesNothingUntilItIsConfirmed() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    engine.advance(Duration.ofMinutes(5));
    assertThat(rig.host().boxes()).containsOnlyKeys(BOX, OTHER);
    assertThat(engine.engine().heldPrunes()).containsExactly(BOX, OTHER);

    assertThat(engine.engine().confirmPrunes(engine.engine().heldPrunes()))
        .containsExactly(BOX, OTHER);
    engine.settleNow();

    assertThat(rig.host().boxes()).isEmpty();
    assertThat(engine.engine().heldPrunes()).isEmpty();
  }

  @Test
  void moreDestructivePrunesThanTheGuardAllowsAreHeldWithAnEvent() throws Exception {
    rig.manifests().put(document("third", "size: 3"));
    rig.manifests().put(document("kept", "keep: true"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    rig.manifests().remove(key("kept"));
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().boxes()).containsKeys(BOX, OTHER);
    assertThat(engine.engine().events(BOX))
        .anyMatch(event -> event.message().contains("pglet prune --confirm"));
    assertThat(engine.engine().get(key("kept"))).as("loses no data").isEmpty();
  }

  @Test
  void aHeldPruneEndsByConfirmationOrByItsManifestAndNotBecauseFewerAreMissing() throws Exception {
    rig.manifests().put(document("third", "size: 3"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    engine.advance(Duration.ofMinutes(5));
    assertThat(engine.engine().heldPrunes()).containsExactly(BOX, OTHER);

    rig.manifests().put(document("other", "size: 3"));
    engine.advance(Duration.ofMinutes(5));
    assertThat(rig.host().box(BOX)).as("within the guard now, and held all the same").isPresent();
    assertThat(engine.engine().heldPrunes()).containsExactly(BOX);

    engine.engine().confirmPrunes(engine.engine().heldPrunes());
    engine.settleNow();
    assertThat(rig.host().box(BOX)).isEmpty();
    assertThat(rig.host().boxes()).containsOnlyKeys(OTHER, key("third"));
  }

  @Test
  void whatIsHeldIsHeldOverARestartThoughFewerAreMissingAndThePeopleAreTold() throws Exception {
    rig.manifests().put(document("third", "size: 3"));
    TestingEngine first = rig.start();
    first.converge();
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    first.advance(Duration.ofMinutes(5));
    rig.stop();
    rig.start(EngineParts::withoutPruning).converge();
    rig.stop();
    rig.problems().clear();
    rig.manifests().put(document("other", "size: 3"));

    TestingEngine second = rig.start();
    second.advance(Duration.ofMinutes(5));

    assertThat(rig.host().box(BOX)).as("alone within the guard, and held all the same").isPresent();
    assertThat(second.engine().heldPrunes()).containsExactly(BOX);
    assertThat(rig.problems())
        .anyMatch(problem -> problem.contains("toy/box") && problem.contains("prune --confirm"));

    second.engine().confirmPrunes(second.engine().heldPrunes());
    second.settleNow();
    assertThat(rig.host().boxes()).containsOnlyKeys(OTHER, key("third"));
    rig.stop();
    assertThat(rig.start().engine().heldPrunes()).isEmpty();
  }

  @Test
  void aManifestThatIsBackEndsItsHoldForTheNextDaemonToo() throws Exception {
    TestingEngine first = rig.start();
    first.converge();
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    first.advance(Duration.ofMinutes(5));
    assertThat(first.engine().heldPrunes()).containsExactly(BOX, OTHER);
    rig.manifests().put(document("box", "size: 3"));
    rig.manifests().put(document("other", "size: 3"));
    first.advance(Duration.ofMinutes(1));
    rig.stop();
    rig.manifests().remove(BOX);

    rig.start().advance(Duration.ofMinutes(5));

    assertThat(rig.host().boxes()).as("one is gone, and one is allowed").containsOnlyKeys(OTHER);
  }

  @Test
  void manifestsThatGoOneByOneAfterAHeldPruneAreHeldWithIt() throws Exception {
    rig.manifests().put(document("third", "size: 3"));
    rig.manifests().put(document("fourth", "size: 4"));
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    engine.advance(Duration.ofMinutes(5));

    rig.manifests().remove(key("third"));
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().boxes()).hasSize(4);
    assertThat(engine.engine().heldPrunes()).containsExactly(BOX, OTHER, key("third"));
  }

  @Test
  void manifestsThatGoOneAfterTheOtherAreOneLoss() throws Exception {
    for (Duration between : List.of(Duration.ofSeconds(1), Duration.ofSeconds(29))) {
      TestingEngine engine = rig.start();
      rig.manifests().put(document("third", "size: 3"));
      rig.manifests().put(document("fourth", "size: 4"));
      engine.engine().rescan();
      engine.converge();
      Set<ResourceKey> all = Set.of(BOX, OTHER, key("third"), key("fourth"));
      for (ResourceKey each : all) {
        rig.manifests().remove(each);
        engine.engine().rescan();
        engine.advance(between);
      }
      // Not with the last: that a root holds nothing at all is another doubt.
      rig.manifests().put(document("fifth", "size: 5"));
      engine.advance(Duration.ofMinutes(10));

      assertThat(rig.host().boxes().keySet()).as("%s between", between).containsAll(all);
      assertThat(engine.engine().heldPrunes()).containsExactlyInAnyOrderElementsOf(all);
      all.forEach(each -> rig.manifests().put(document(each.name(), "size: 3")));
      rig.stop();
    }
  }

  @Test
  void aLossThatGoesOnSlowlyIsHeldAfterTheFirst() throws Exception {
    rig.manifests().put(document("third", "size: 3"));
    rig.manifests().put(document("fourth", "size: 4"));
    TestingEngine engine = rig.start();
    engine.converge();
    for (ResourceKey each : List.of(BOX, OTHER, key("third"))) {
      rig.manifests().remove(each);
      engine.engine().rescan();
      engine.advance(Duration.ofSeconds(61));
    }

    assertThat(rig.host().boxes()).containsOnlyKeys(OTHER, key("third"), key("fourth"));
    assertThat(engine.engine().heldPrunes()).containsExactly(OTHER, key("third"));
    assertThat(engine.engine().events(OTHER))
        .anyMatch(event -> event.message().contains("within 5 minutes, and the guard allows 1"));
  }

  @Test
  void oneThatGoesLongAfterAnotherIsNotHeld() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().put(document("third", "size: 3"));
    rig.manifests().remove(BOX);
    engine.advance(Duration.ofMinutes(6));
    rig.manifests().remove(OTHER);
    engine.advance(Duration.ofMinutes(1));

    assertThat(rig.host().boxes()).containsOnlyKeys(key("third"));
  }

  @Test
  void aKindsOwnAllowanceCountsAPartOfAll() throws Exception {
    for (int i = 0; i < 20; i++) {
      rig.manifests().put(document("n" + i, "size: 1"));
    }
    PruneGuard guard = PruneGuard.strict().with(Toy.KIND, new PruneGuard.Allowance(3, 20));
    TestingEngine engine = rig.start(parts -> parts.guardedBy(guard));
    engine.converge();
    for (int i = 0; i < 5; i++) {
      rig.manifests().remove(key("n" + i));
    }
    engine.advance(Duration.ofMinutes(5));
    assertThat(engine.engine().heldPrunes()).as("5 of 22 are more than 20 %").hasSize(5);

    assertThat(rig.host().boxes()).hasSize(22);

    rig.manifests().put(document("n0", "size: 1"));
    rig.manifests().put(document("n1", "size: 1"));
    rig.manifests().put(document("n2", "size: 1"));
    rig.manifests().put(document("n3", "size: 1"));
    rig.manifests().put(document("n4", "size: 1"));
    engine.advance(Duration.ofMinutes(5));
    assertThat(engine.engine().heldPrunes()).isEmpty();
    rig.manifests().remove(key("n5"));
    rig.manifests().remove(key("n6"));
    rig.manifests().remove(key("n7"));
    rig.manifests().remove(key("n8"));
    engine.advance(Duration.ofMinutes(5));
    assertThat(rig.host().boxes()).as("4 of 22 are not").hasSize(18).containsKey(key("n0"));
  }

  @Test
  void withoutPruningWhatHasNoManifestIsLeftAloneAndShown() throws Exception {
    rig.start().converge();
    rig.stop();
    rig.manifests().remove(BOX);
    rig.host().change(BOX, rig.host().box(BOX).orElseThrow());
    TestingEngine engine = rig.start(EngineParts::withoutPruning);
    engine.converge();
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(engine.engine().get(BOX)).isEmpty();
    assertThat(engine.engine().unmanaged())
        .singleElement()
        .extracting(Unmanaged::key)
        .isEqualTo(BOX);
  }

  @Test
  void aPruneThatWasBegunGoesOnAfterARestartFromItsTombstone() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    for (int i = 0; i < 3; i++) {
      rig.host().failNext("Burn", BOX, Rig::broken);
    }
    engine.engine().delete(BOX);
    engine.settleNow();
    assertThat(rig.host().box(BOX)).isPresent();
    rig.stop();

    rig.start(EngineParts::withoutPruning).converge();

    assertThat(rig.host().box(BOX)).isEmpty();
  }

  /** Of the box, and it cannot be burnt at first. */
  private TestingEngine begunPrune() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    for (int i = 0; i < 3; i++) {
      rig.host().failNext("Burn", BOX, Rig::broken);
    }
    rig.manifests().remove(BOX);
    engine.engine().rescan();
    engine.settleNow();
    engine.advance(Pruning.GONE_FOR);
    assertThat(engine.engine().get(BOX).orElseThrow().at("/metadata/deletionTimestamp").asText())
        .isNotEmpty();
    assertThat(rig.host().box(BOX)).isPresent();
    return engine;
  }

  @Test
  void aPruneThatWasBegunDoesNotGoOnOnceItsManifestMayBeBack() throws Exception {
    TestingEngine engine = begunPrune();
    String uid = uid(BOX);
    rig.manifests().reject("box.yaml", "spec.size is misspelt", Set.of(BOX));
    engine.engine().rescan();
    engine.advance(Duration.ofMinutes(10));

    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(engine.standing(BOX).reason()).isEqualTo("PruneBlocked");
    assertThat(engine.standing(BOX).message()).contains("does not go on, because", "rejected");

    rig.manifests().mend();
    rig.manifests().put(document("box", "size: 3"));
    engine.engine().rescan();
    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(uid(BOX)).isEqualTo(uid);
    assertThat(rig.host().acts()).noneMatch(act -> act.startsWith("Burn"));
  }

  @Test
  void norAfterARestartButItDoesOnceItIsCertainThatItIsGone() throws Exception {
    begunPrune();
    rig.stop();
    rig.manifests().incomplete(Optional.of("the root is not mounted"));
    TestingEngine engine = rig.start();
    engine.advance(Duration.ofMinutes(10));
    assertThat(rig.host().box(BOX)).isPresent();

    rig.manifests().incomplete(Optional.empty());
    engine.engine().rescan();
    engine.converge();
    assertThat(rig.host().box(BOX)).isEmpty();
  }

  @Test
  void whatWasDeletedExplicitlyGoesOnWhateverTheDirectoryIs() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.host().failNext("Burn", BOX, Rig::broken);
    engine.engine().delete(BOX);
    rig.manifests().reject("torn.yaml", "it is torn", Set.of());
    engine.engine().rescan();
    engine.advance(Duration.ofMinutes(1));

    assertThat(rig.host().box(BOX)).isEmpty();
  }

  @Test
  void entriesOfAnotherRootAreNeverTouchedAndItsKeysAreRefused() throws Exception {
    rig.start().converge();
    rig.stop();
    String first = rig.manifests().root().toString();
    rig.move("second").put(document("box", "size: 9"));
    rig.manifests().put(document("mine", "size: 1"));
    TestingEngine engine = rig.start();
    engine.converge();
    engine.advance(Duration.ofMinutes(5));

    assertThat(rig.host().box(BOX).orElseThrow().size()).isEqualTo(3);
    assertThat(rig.host().box(OTHER)).isPresent();
    assertThat(rig.host().box(key("mine"))).isPresent();
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("True OwnedByAnotherRoot");
    assertThat(engine.standing(BOX).message()).contains(first);
    assertThat(engine.engine().unmanaged()).extracting(Unmanaged::key).containsExactly(BOX, OTHER);

    engine.engine().delete(BOX);
    engine.settleNow();
    assertThat(rig.host().box(BOX)).isPresent();
    assertThat(engine.engine().get(BOX)).isEmpty();
  }
}
