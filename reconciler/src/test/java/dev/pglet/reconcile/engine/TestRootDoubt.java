package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a manifest root lacks that is not the directory that it was has been removed by nobody. */
final class TestRootDoubt {
  private static final ResourceKey BOX = key("box");
  private static final ResourceKey OTHER = key("other");
  private static final ResourceKey THIRD = key("third");
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void boxes() throws Exception {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3, keep: true"));
    rig.manifests().put(document("other", "size: 3, keep: true"));
    rig.manifests().put(document("third", "size: 3, keep: true"));
    rig.start().converge();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private TestingEngine restart() throws Exception {
    rig.stop();
    return rig.start();
  }

  private String blocked() {
    for (JsonNode condition :
        rig.engine().engine().get(BOX).orElseThrow().path("status").path("conditions")) {
      if (condition.path("type").asText().equals("PruneBlocked")) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    return "";
  }

  private boolean runs(ResourceKey key) {
    return !rig.host().box(key).orElseThrow().abandoned();
  }

  @Test
  void aReplacedDirectoryHoldsWhatItLacksWithItsReasonAtOnce() throws Exception {
    rig.manifests().replace();
    rig.manifests().remove(BOX);
    rig.engine().engine().rescan();
    rig.engine().settleNow();
    assertThat(blocked()).isEqualTo("True Suspended");
    assertThat(rig.problems())
        .anyMatch(
            problem ->
                problem.contains("may be another directory than the one that had them")
                    && problem.contains("Missing: toy/box")
                    && problem.contains("pglet prune --confirm"));

    rig.engine().advance(LONG);

    assertThat(runs(BOX)).isTrue();
    assertThat(rig.engine().engine().heldPrunes()).containsExactly(BOX);
    assertThat(blocked()).isEqualTo("True Held");
  }

  @Test
  void noRestartTakesAReplacedDirectoryAsItIs() throws Exception {
    rig.manifests().replace();
    rig.manifests().remove(BOX);
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofSeconds(5));

    TestingEngine second = restart();
    second.advance(LONG);

    assertThat(runs(BOX)).isTrue();
    assertThat(second.engine().heldPrunes()).containsExactly(BOX);
  }

  @Test
  void aDirectoryThatWasReplacedWhileNobodyLookedIsNotTakenAsItIsEither() throws Exception {
    rig.stop();
    rig.manifests().replace();
    rig.manifests().remove(BOX);

    TestingEngine second = rig.start();
    second.advance(LONG);

    assertThat(runs(BOX)).isTrue();
    assertThat(second.engine().heldPrunes()).containsExactly(BOX);
  }

  @Test
  void whatWasUnreadableAfterARestartUntilTheDirectoryWasReplacedIsHeld() throws Exception {
    rig.stop();
    rig.manifests().remove(BOX);
    rig.manifests().incomplete(Optional.of("toy-box.yaml is rejected"));
    TestingEngine second = rig.start();
    second.converge();

    rig.manifests().replace();
    rig.manifests().incomplete(Optional.empty());
    second.engine().rescan();
    second.advance(LONG);

    assertThat(runs(BOX)).isTrue();
    assertThat(second.engine().heldPrunes()).containsExactly(BOX);
  }

  @Test
  void oneRunThatPrunesNothingLeavesTheDoubtToTheNext() throws Exception {
    rig.stop();
    rig.manifests().replace();
    rig.manifests().remove(BOX);
    rig.start(EngineParts::withoutPruning).converge();
    rig.stop();

    TestingEngine daemon = rig.start();
    daemon.advance(LONG);

    assertThat(runs(BOX)).isTrue();
    assertThat(daemon.engine().heldPrunes()).containsExactly(BOX);
  }

  @Test
  void whileSomethingIsMissingTheDirectorySaysOfNothingThatItWasRemoved() throws Exception {
    rig.manifests().replace();
    rig.manifests().remove(BOX);
    rig.engine().advance(LONG);

    rig.manifests().remove(OTHER);
    rig.engine().advance(LONG);

    assertThat(runs(OTHER)).isTrue();
    assertThat(rig.engine().engine().heldPrunes()).containsExactly(BOX, OTHER);
  }

  @Test
  void onceAllIsBackTheDirectoryCountsAsTheOneThatItIs() throws Exception {
    rig.manifests().replace();
    rig.manifests().remove(BOX);
    rig.engine().advance(LONG);
    rig.manifests().put(document("box", "size: 3, keep: true"));
    rig.engine().advance(LONG);
    assertThat(rig.engine().engine().heldPrunes()).isEmpty();

    rig.manifests().remove(OTHER);
    TestingEngine second = restart();
    second.advance(LONG);

    assertThat(runs(OTHER)).as("removed from this one").isFalse();
    assertThat(runs(BOX)).isTrue();
  }

  @Test
  void aConfirmationEndsTheDoubtToo() throws Exception {
    rig.manifests().replace();
    rig.manifests().remove(BOX);
    rig.engine().advance(LONG);
    assertThat(rig.engine().engine().confirmPrunes(rig.engine().engine().heldPrunes()))
        .containsExactly(BOX);
    rig.engine().settleNow();
    assertThat(runs(BOX)).isFalse();

    rig.manifests().remove(OTHER);
    rig.engine().advance(LONG);

    assertThat(runs(OTHER)).isFalse();
    assertThat(runs(THIRD)).isTrue();
  }

  @Test
  void whatComesBackOneByOneIntoAnEmptiedDirectoryIsNeverPrunedMeanwhile() throws Exception {
    rig.manifests().remove(BOX);
    rig.manifests().remove(OTHER);
    rig.manifests().remove(THIRD);
    rig.engine().engine().rescan();
    rig.engine().advance(Duration.ofSeconds(5));
    TestingEngine second = restart();
    rig.manifests().put(document("third", "size: 3, keep: true"));

    second.advance(LONG);

    assertThat(runs(BOX)).isTrue();
    assertThat(runs(OTHER)).isTrue();
    assertThat(second.engine().heldPrunes()).containsExactly(BOX, OTHER);
    assertThat(rig.problems())
        .anyMatch(problem -> problem.contains("holds no manifest at all any more"));
  }

  @Test
  void aBadFileFromTheBeginningKeepsNoDeletionWaitingOnceItIsMended() throws Exception {
    rig.stop();
    rig.move("second");
    rig.manifests().put(document("mine", "keep: true"));
    rig.manifests().put(document("also", "keep: true"));
    rig.manifests().reject("bad.yaml", "no YAML", Set.of());
    rig.start().advance(LONG);

    rig.manifests().remove(key("mine"));
    rig.manifests().mend();
    rig.engine().advance(LONG);

    assertThat(runs(key("mine"))).isFalse();
    assertThat(rig.engine().engine().heldPrunes()).isEmpty();
  }
}
