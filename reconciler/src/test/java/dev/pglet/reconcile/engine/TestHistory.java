package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.annotated;
import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.testing.Rig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The specs that were accepted. */
final class TestHistory {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Rig rig;

  @BeforeEach
  void start() throws Exception {
    rig = new Rig(directory);
    rig.start();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Engine engine() {
    return rig.engine().engine();
  }

  private void apply(String document) throws Exception {
    engine().apply(document);
    rig.engine().converge();
  }

  private List<Long> numbers() throws Exception {
    return engine().revisions(BOX).stream().map(Revision::number).toList();
  }

  @Test
  void eachAcceptedSpecIsKeptWithItsTimeAndFileOverARestart() throws Exception {
    Instant first = rig.time().instant();
    apply(document("box", "size: 3"));
    rig.engine().advance(Duration.ofHours(1));
    Instant second = rig.time().instant();
    apply(document("box", "size: 3, colour: red"));
    apply(annotated("box", "size: 3, colour: red", "team", "shop"));
    rig.stop();
    rig.start().converge();

    List<Revision> revisions = engine().revisions(BOX);
    assertThat(revisions).extracting(Revision::number).containsExactly(1L, 2L);
    assertThat(revisions).extracting(Revision::accepted).containsExactly(first, second);
    assertThat(revisions.getFirst().document()).isEqualTo(document("box", "size: 3"));
    assertThat(revisions.getLast().document())
        .isEqualTo(document("box", "size: 3, colour: red"))
        .doesNotContain("status");
    assertThat(revisions.getLast().file()).endsWith("toy-box.yaml");
    assertThat(revisions.getFirst().specHash()).isNotEqualTo(revisions.getLast().specHash());
  }

  @Test
  void theFirstIsWhatTheInventoryHasUntilThereIsASecond() throws Exception {
    apply(document("box", "size: 3"));
    assertThat(numbers()).containsExactly(1L);
    assertThat(rig.dataRoot().resolve("state/revisions")).isEmptyDirectory();

    apply(document("box", "size: 3, colour: red"));
    assertThat(rig.dataRoot().resolve("state/revisions")).isNotEmptyDirectory();
    assertThat(numbers()).containsExactly(1L, 2L);
  }

  @Test
  void aRevisionThatCouldNotBeWrittenIsWrittenWithTheNext() throws Exception {
    apply(document("box", "size: 3"));
    Path revisions = rig.dataRoot().resolve("state/revisions");
    Path aside = revisions.resolveSibling("aside");
    Files.move(revisions, aside);
    Files.writeString(revisions, "");
    apply(document("box", "size: 3, colour: red"));
    assertThat(rig.problems()).anyMatch(problem -> problem.contains("writing the revisions in"));
    Files.delete(revisions);
    Files.move(aside, revisions);

    apply(document("box", "size: 3, colour: blue"));
    assertThat(numbers()).containsExactly(2L, 3L);
  }

  @Test
  void tenAreKeptUnlessTheManifestSaysAnotherNumber() throws Exception {
    for (int i = 1; i <= 13; i++) {
      apply(document("box", "size: 3, colour: c" + i));
    }
    assertThat(numbers()).isEqualTo(LongStream.rangeClosed(4, 13).boxed().toList());

    apply(annotated("box", "size: 3, colour: green", "pglet.dev/revisions", "2"));
    assertThat(numbers()).containsExactly(13L, 14L);

    apply(annotated("box", "size: 3, colour: blue", "pglet.dev/revisions", "none"));
    assertThat(numbers()).containsExactly(13L, 14L, 15L);
    assertThat(rig.problems())
        .anyMatch(problem -> problem.contains("'none' is no number from 1 to 1000"));
  }

  @Test
  void whatIsGoneForGoodHasNoHistoryAndWhatIsKeptHasItsOwn() throws Exception {
    apply(document("box", "size: 3, keep: true"));
    engine().delete(BOX);
    rig.engine().settleNow();
    apply(document("box", "size: 3, keep: false"));
    assertThat(numbers()).containsExactly(1L, 2L);

    engine().delete(BOX);
    rig.engine().settleNow();
    assertThat(engine().revisions(BOX)).isEmpty();
    apply(document("box", "size: 3"));
    assertThat(numbers()).containsExactly(1L);
  }
}
