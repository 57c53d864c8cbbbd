package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources.Change;
import dev.pglet.reconcile.engine.Convergence.State;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.ToyHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has no manifest, and the ways back or out. */
final class TestOrphans {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void boxes() throws Exception {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3, keep: true"));
    rig.manifests().put(document("other", "size: 3, keep: true"));
    rig.start().converge();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private String uid() {
    return rig.engine().engine().get(BOX).orElseThrow().at("/metadata/uid").asText();
  }

  private Optional<JsonNode> pruneBlocked() {
    JsonNode conditions =
        rig.engine().engine().get(BOX).orElseThrow().path("status").path("conditions");
    for (JsonNode condition : conditions) {
      if (condition.path("type").asText().equals("PruneBlocked")) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }

  private void loseState() throws Exception {
    rig.stop();
    try (Stream<Path> files = Files.walk(rig.dataRoot())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void retainedDataIsResumedByAdoptionUnderTheSameUid() throws Exception {
    String uid = uid();
    Engine engine = rig.engine().engine();
    engine.delete(BOX);
    rig.engine().settleNow();
    assertThat(engine.unmanaged())
        .singleElement()
        .satisfies(
            orphan -> {
              assertThat(orphan.place()).isEqualTo("shelf/box");
              assertThat(orphan.retained()).isTrue();
            });

    assertThat(engine.adopt(BOX).change()).isEqualTo(Change.CREATED);
    rig.engine().converge();

    assertThat(uid()).isEqualTo(uid);
    assertThat(rig.manifests().scan().accepted()).containsKey(BOX);
    assertThat(rig.host().count("Build")).as("nothing was made anew").isEqualTo(2);
    assertThat(rig.engine().standing(BOX).state()).isEqualTo(State.READY);
    assertThat(engine.unmanaged()).isEmpty();
    assertThat(engine.adopt(BOX).change()).isEqualTo(Change.UNCHANGED);
  }

  @Test
  void aServerOfAnotherRootIsTakenOverWithItsManifestAndItsMarkers() throws Exception {
    String uid = uid();
    rig.stop();
    rig.move("second");
    TestingEngine second = rig.start();
    second.converge();
    assertThat(second.engine().unmanaged()).extracting(Unmanaged::key).contains(BOX);

    second.engine().adopt(BOX);
    assertThat(second.converge().succeeded()).isTrue();

    String root = rig.manifests().root().toString();
    assertThat(uid()).isEqualTo(uid);
    assertThat(rig.host().box(BOX).orElseThrow().root()).isEqualTo(root);
    assertThat(second.engine().unmanaged()).extracting(Unmanaged::key).doesNotContain(BOX);
    assertThat(second.engine().events(BOX))
        .anyMatch(event -> event.reason().equals("Adopted") && event.message().contains(root));
    second.advance(Duration.ofMinutes(5));
    assertThat(rig.host().box(BOX).orElseThrow().abandoned()).isFalse();

    loseState();
    rig.start().converge();
    assertThat(uid()).as("by the marker").isEqualTo(uid);
    assertThat(rig.engine().standing(BOX).state()).isEqualTo(State.READY);
  }

  @Test
  void whatWasMadeForOneOfThatNameInAnotherRootIsNotTakenForItsOwn() throws Exception {
    String uid = uid();
    rig.stop();
    ToyHost.Box box = rig.host().box(BOX).orElseThrow();
    String stranger = "5712a3f0-0000-4000-8000-000000000009";
    rig.host()
        .change(
            BOX,
            new ToyHost.Box(stranger, "/elsewhere", box.size(), true, Optional.empty(), false));

    rig.start().settleNow();

    assertThat(uid()).isEqualTo(uid);
    assertThat(rig.engine().engine().events(BOX))
        .anyMatch(
            event ->
                event.reason().equals("DataOfAnother") && event.message().contains("/elsewhere"));
  }

  @Test
  void anIdentityThatTheStateHasLostIsTheOneOfTheMarker() throws Exception {
    rig.stop();
    ToyHost.Box box = rig.host().box(BOX).orElseThrow();
    String older = "5712a3f0-0000-4000-8000-000000000009";
    rig.host()
        .change(BOX, new ToyHost.Box(older, box.root(), box.size(), true, Optional.empty(), false));

    rig.start().settleNow();

    assertThat(uid()).isEqualTo(older);
  }

  @Test
  void aManifestThatWasRefusedForAnotherRootIsTheOneThatAdopts() throws Exception {
    rig.stop();
    rig.move("second").put(document("box", "size: 3, colour: red, keep: true"));
    TestingEngine second = rig.start();
    second.converge();
    assertThat(rig.condition(BOX, "Stalled")).isEqualTo("True OwnedByAnotherRoot");

    assertThat(second.engine().adopt(BOX).change()).isEqualTo(Change.CONFIGURED);
    second.converge();

    assertThat(rig.host().box(BOX).orElseThrow().colour()).contains("red");
    assertThat(rig.host().count("Build")).isEqualTo(2);
  }

  @Test
  void whoseManifestIsNotKnownIsAdoptedOnlyByOneThatIsWritten() throws Exception {
    String uid = uid();
    loseState();
    rig.move("second");
    TestingEngine second = rig.start();
    second.converge();

    assertThatThrownBy(() -> second.engine().adopt(BOX))
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.explain())
                    .contains(
                        "toy/box is there, but its last manifest is not known",
                        "Write a manifest for it into " + rig.manifests().root(),
                        "pglet adopt toy/box"));
    rig.manifests().put(document("box", "size: 3"));
    second.engine().rescan();
    second.settleNow();
    second.engine().adopt(BOX);
    second.converge();

    assertThat(uid()).isEqualTo(uid);
    assertThatThrownBy(() -> second.engine().adopt(key("nobody")))
        .isInstanceOf(Refused.class)
        .hasMessage("there is nothing of toy/nobody on this host");
  }

  @Test
  void dataGoesByADeletionThatSaysSoWhateverThePolicy() throws Exception {
    assertThat(rig.engine().engine().deleteData(BOX)).isTrue();
    rig.engine().settleNow();

    assertThat(rig.host().boxes()).containsOnlyKeys(key("other"));
    assertThat(rig.engine().engine().unmanaged()).isEmpty();
    assertThat(rig.engine().engine().deleteData(BOX)).isFalse();
  }

  @Test
  void dataThatWasKeptGoesLaterAndOverARestart() throws Exception {
    rig.engine().engine().delete(BOX);
    rig.engine().settleNow();
    for (int i = 0; i < 3; i++) {
      rig.host().failNext("Burn", BOX, Rig::broken);
    }
    assertThat(rig.engine().engine().deleteData(BOX)).isTrue();
    rig.engine().settleNow();
    assertThat(rig.host().box(BOX)).isPresent();
    rig.stop();

    rig.start().advance(Duration.ofMinutes(1));

    assertThat(rig.host().boxes()).containsOnlyKeys(key("other"));
    assertThat(rig.engine().engine().unmanaged()).isEmpty();
  }

  @Test
  void aDeletionThatKeepsCanStillBeMadeOneThatDoesNot() throws Exception {
    rig.host().failNext("Abandon", BOX, Rig::broken);
    rig.engine().engine().delete(BOX);
    rig.engine().settleNow();

    assertThat(rig.engine().engine().deleteData(BOX)).isTrue();
    rig.engine().settleNow();

    assertThat(rig.host().box(BOX)).isEmpty();
  }

  @Test
  void theDataOfAnotherRootsServerIsNotDeleted() throws Exception {
    rig.stop();
    rig.move("second");
    TestingEngine second = rig.start();

    assertThatThrownBy(() -> second.engine().deleteData(BOX))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("nothing was deleted");
    second.advance(Duration.ofMinutes(2));
    assertThat(rig.host().box(BOX)).isPresent();
  }

  @Test
  void aSuspendedPruneIsAConditionWithItsReasonAsLongAsItLasts() throws Exception {
    rig.manifests().remove(BOX);
    rig.manifests().incomplete(Optional.of("the directory cannot be read"));
    rig.engine().advance(Duration.ofMinutes(1));

    assertThat(pruneBlocked().orElseThrow().path("reason").asText()).isEqualTo("Suspended");
    assertThat(pruneBlocked().orElseThrow().path("message").asText())
        .contains("its manifest is gone", "the directory cannot be read");

    rig.manifests().incomplete(Optional.empty());
    rig.engine().engine().rescan();
    rig.engine().settleNow();
    assertThat(pruneBlocked()).isEmpty();
  }

  @Test
  void aHeldPruneIsAConditionThatSaysWhatToDo() throws Exception {
    rig.manifests().remove(BOX);
    rig.manifests().remove(key("other"));
    rig.engine().advance(Duration.ofMinutes(1));

    assertThat(pruneBlocked().orElseThrow().path("reason").asText()).isEqualTo("Held");
    assertThat(pruneBlocked().orElseThrow().path("message").asText())
        .contains("pglet prune --confirm", "put their manifests back");
    rig.manifests().put(document("box", "size: 3, keep: true"));
    rig.engine().engine().rescan();
    rig.engine().settleNow();
    assertThat(pruneBlocked()).isEmpty();
  }

  @Test
  void aClockThatIsSetForwardMakesNoMomentIntoHalfAMinute() throws Exception {
    rig.manifests().put(document("box", "size: 3"));
    rig.engine().engine().rescan();
    rig.engine().settleNow();
    rig.manifests().remove(BOX);
    rig.engine().engine().rescan();
    rig.engine().settleNow();
    rig.time().setClock(Duration.ofDays(1));
    rig.engine().engine().rescan();
    rig.engine().settleNow();
    rig.manifests().put(document("box", "size: 3"));
    rig.engine().advance(Duration.ofMinutes(2));

    assertThat(rig.host().count("Burn")).isZero();
    assertThat(rig.host().count("Abandon")).isZero();
  }
}
