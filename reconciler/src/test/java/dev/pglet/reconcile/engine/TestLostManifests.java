package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.testing.BoxFiles;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.TestingEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a loss of power leaves of a file is no wish of anybody's, whichever daemon reads it. */
final class TestLostManifests {
  private static final ResourceKey A = key("a");
  private static final ResourceKey B = key("b");
  private static final ResourceKey C = key("c");
  private static final Duration FOR_EVER = Duration.ofMinutes(3);

  @TempDir(factory = InMemory.class)
  private Path directory;

  private BoxFiles files;

  @BeforeEach
  void boxes() throws IOException {
    files = new BoxFiles(directory);
    files.write("a.yaml", document("a", "size: 1"));
    files.write(
        "b.yaml", "# two\n" + document("b", "size: 2") + "---\n" + document("c", "size: 3"));
  }

  @AfterEach
  void close() {
    files.close();
  }

  private TestingEngine restart() throws Exception {
    files.stop();
    TestingEngine engine = files.start();
    engine.advance(FOR_EVER);
    return engine;
  }

  @Test
  void aFileThatIsFoundEmptyAfterARestartWasNotEmptiedByAnybody() throws Exception {
    files.start().converge();
    for (String left : new String[] {"", "\n\n", "# later\n", "---\n", "# two\n---\n# more\n"}) {
      files.write("b.yaml", left);
      TestingEngine engine = restart();

      assertThat(files.has(B)).as("'%s'", left).isTrue();
      assertThat(files.has(C)).as("'%s'", left).isTrue();
      assertThat(engine.engine().rejected())
          .singleElement()
          .satisfies(
              rejected ->
                  assertThat(rejected.problems().getFirst())
                      .hasToString(
                          files.file("b.yaml")
                              + ": seems to be cut off: toy/b, toy/c stood in it, and stays in"
                              + " force. Write the file whole; to delete, remove the file, or run:"
                              + " pglet delete toy/b toy/c"));
      files.delete("a.yaml");
      engine.advance(FOR_EVER);
      assertThat(files.has(A)).as("nothing at all is pruned meanwhile").isTrue();
      files.write("a.yaml", document("a", "size: 1"));
    }
  }

  @Test
  void noPrefixOfAFileThatIsReadAfterARestartDeletesAnything() throws Exception {
    files.start().converge();
    files.engine().advance(FOR_EVER);
    files.stop();
    String whole = files.read("b.yaml");
    assertThat(whole).as("statuses").containsPattern("type: Deleting\n---\n");
    String first = whole.substring(0, whole.indexOf("---"));
    String withoutStatus = whole.substring(0, whole.indexOf("status:"));
    for (int length = 0; length < whole.length(); length++) {
      String left = whole.substring(0, length);
      if (left.contains("status:") && whole.charAt(length) != '\n' && !left.endsWith("\n")) {
        continue; // a status is long, and each word of it as good as another
      }
      if (left.strip().equals(first.strip()) || left.strip().equals(withoutStatus.strip())) {
        // Only what ends right behind a document cannot be told from one that was removed.
        continue;
      }
      files.write("b.yaml", left);
      restart();
      assertThat(files.has(B)).as("the first %d characters: %s", length, left).isTrue();
      assertThat(files.has(C)).as("the first %d characters: %s", length, left).isTrue();
    }
    files.write("b.yaml", whole);
    assertThat(restart().converge().succeeded()).isTrue();
    assertThat(files.host().count("Burn")).isZero();
  }

  private static String red(String name) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Toy
        metadata:
          name: %s
        spec:
          size: 2
          colour: red
        """
        .formatted(name);
  }

  @Test
  void aFileIsKnownToBeCutOffAlsoWhenItsFirstDocumentWasInForceFromAnother() throws Exception {
    for (String left : new String[] {"  colour: red\n", "ed\n", " red\n"}) {
      for (String end : new String[] {"\n", "\r\n"}) {
        files.write("b.yaml", (red("b") + "---\n" + red("c")).replace("\n", end));
        TestingEngine engine = files.start();
        engine.converge();
        // What is twice in a file stays in force as it was read from the one that is gone.
        files.delete("b.yaml");
        String twice = (red("b") + "---\n" + red("c") + "---\n" + red("b")).replace("\n", end);
        files.write("e.yaml", twice);
        engine.engine().rescan();
        engine.advance(Duration.ofSeconds(3));
        files.stop();

        files.write("e.yaml", red("b").replace(left, "").replace("\n", end));
        restart();
        assertThat(files.has(C)).as("without '%s' and what follows", left).isTrue();
        files.stop();
        files.delete("e.yaml");
      }
    }
  }

  @Test
  void nothingIsEditedOrDeletedThatStandsInAFileWhichIsCutOffAfterARestart() throws Exception {
    files.write("b.yaml", red("b") + "---\n" + red("c"));
    files.start().converge();
    files.stop();
    files.write("b.yaml", red("b").replace("  colour: red\n", ""));
    TestingEngine engine = restart();
    assertThat(files.has(C)).isTrue();
    String left = files.read("b.yaml");

    for (ThrowingCallable edit :
        List.<ThrowingCallable>of(
            () ->
                engine
                    .engine()
                    .patch(B, MergePatch.putting(FieldPath.of("spec", "colour"), "blue")),
            () -> engine.engine().apply(red("b").replace("red", "blue")),
            () -> engine.engine().delete(B))) {
      assertThatThrownBy(edit).hasMessageContaining("seems to be cut off");
      engine.advance(FOR_EVER);
      assertThat(files.read("b.yaml")).isEqualTo(left);
      assertThat(files.has(B)).isTrue();
      assertThat(files.has(C)).isTrue();
    }

    // What is missing can be deleted, as the message says.
    assertThat(engine.engine().delete(C)).isTrue();
    engine.advance(FOR_EVER);
    assertThat(files.has(C)).isFalse();
    assertThat(files.has(B)).isTrue();
    assertThat(engine.engine().rejected()).isEmpty();
  }

  @Test
  void aDocumentThatIsRemovedBehindOneWithAShorterNameWasNotCutOff() throws Exception {
    String first =
        "apiVersion: pglet.dev/v1alpha1\nkind: Toy\nspec: {size: 2}\nmetadata: \n  name: b\n";
    files.write("b.yaml", first + "---\n" + first.replace("name: b", "name: b2"));
    files.delete("a.yaml");
    files.start().converge();
    files.stop();
    files.write("b.yaml", first);
    restart();
    assertThat(files.has(key("b2"))).isFalse();
    assertThat(files.has(B)).isTrue();
  }

  private static String block(String size, String consent) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Toy
        metadata:
          name: a
          annotations:
            pglet.dev/confirm: "%s"
        spec:
          size: %s
        """
        .formatted(consent, size)
        .stripTrailing();
  }

  @Test
  void aHalfEditedManifestBurnsNothingWhateverItConsentsTo() throws Exception {
    TestingEngine engine = files.start();
    engine.converge();
    String half = engine.engine().preview(A, block("4", "")).planId().orElseThrow();
    String whole = engine.engine().preview(A, block("44", "")).planId().orElseThrow();
    assertThat(half).as("the consent is to what it was given for").isNotEqualTo(whole);

    files.write("a.yaml", block("4", whole));
    engine.advance(FOR_EVER);
    assertThat(files.host().count("Burn")).isZero();

    // The writer stops once more, where what stands there is consented to.
    files.write(
        "a.yaml", block("4", engine.engine().preview(A).orElseThrow().planId().orElseThrow()));
    engine.engine().rescan();
    engine.advance(Duration.ofSeconds(4));
    assertThat(files.host().count("Burn")).isZero();
    assertThat(engine.standing(A).reason()).isEqualTo("ManifestJustEdited");
    files.write("a.yaml", block("44", ""));
    // Before it can be accepted five seconds are over, since the file was first seen so.
    engine.advance(Duration.ofMillis(1100));
    assertThat(files.host().count("Burn")).isZero();

    engine.advance(FOR_EVER);
    String consent = engine.engine().preview(A).orElseThrow().planId().orElseThrow();
    files.write("a.yaml", block("44", consent));
    engine.engine().rescan();
    engine.advance(Duration.ofSeconds(10));
    assertThat(files.host().box(A).orElseThrow().size()).isEqualTo(44);
  }

  @Test
  void whatPgletItselfHasWrittenIsNoUnfinishedEdit() throws Exception {
    TestingEngine engine = files.start();
    engine.converge();
    engine.advance(FOR_EVER);
    String id = engine.engine().preview(A, block("4", "")).planId().orElseThrow();

    engine.engine().apply(block("4", id) + "\n");
    engine.settleNow();

    assertThat(files.host().box(A).orElseThrow().size()).isEqualTo(4);
  }
}
