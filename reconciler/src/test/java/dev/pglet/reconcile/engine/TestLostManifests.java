package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.testing.BoxFiles;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.TestingEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
}
