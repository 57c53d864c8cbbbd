package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.testing.BoxFiles;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.TestingEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever consents to a deletion consents to what was shown, as long as that is still so. */
final class TestConfirmedPrunes {
  private static final ResourceKey A = key("a");
  private static final ResourceKey B = key("b");
  private static final ResourceKey C = key("c");

  @TempDir(factory = InMemory.class)
  private Path directory;

  private BoxFiles files;
  private TestingEngine engine;

  @BeforeEach
  void twoAreHeld() throws Exception {
    files = new BoxFiles(directory);
    for (String name : List.of("a", "b", "c", "d")) {
      files.write(name + ".yaml", document(name, "size: 1"));
    }
    engine = files.start();
    engine.converge();
    files.delete("a.yaml");
    files.delete("b.yaml");
    engine.advance(Duration.ofMinutes(2));
    assertThat(engine.engine().heldPrunes()).containsExactly(A, B);
  }

  @AfterEach
  void close() {
    files.close();
  }

  private void assertRefused(String... why) {
    assertThatThrownBy(() -> engine.engine().confirmPrunes(List.of(A, B)))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo("PruneBlocked");
              assertThat(refused.explain()).contains(why).contains("pglet prune");
            });
  }

  @Test
  void aManifestThatIsBackWithAMistakeIsNotMissing() throws Exception {
    files.write("a.yaml", document("a", "sise: 1"));
    engine.advance(Duration.ofMinutes(2));

    assertRefused("nothing was deleted, because " + files.file("a.yaml") + " is rejected");
    engine.advance(Duration.ofMinutes(2));

    assertThat(files.host().count("Burn")).isZero();
  }

  @Test
  void aManifestThatCameBackThisMomentIsNotMissing() throws Exception {
    files.write("a.yaml", document("a", "size: 1"));

    assertRefused(files.file("a.yaml") + " changed just now");
    engine.advance(Duration.ofSeconds(2));

    assertThat(engine.engine().confirmPrunes(List.of(A, B))).containsExactly(B);
    engine.converge();
    assertThat(files.host().boxes()).containsOnlyKeys(A, C, key("d"));
  }

  @Test
  void aManifestThatCannotBeReadMayBeAnyOfThem() throws Exception {
    files.write("other.yaml", "kind: [");

    assertRefused(files.file("other.yaml").toString());
    assertThat(files.host().count("Burn")).isZero();
  }

  @Test
  void onlyWhatWasShownIsConfirmed() throws Exception {
    List<ResourceKey> shown = engine.engine().heldPrunes();
    files.delete("c.yaml");
    engine.advance(Duration.ofMinutes(2));
    assertThat(engine.engine().heldPrunes()).containsExactly(A, B, C);

    assertThat(engine.engine().confirmPrunes(shown)).containsExactly(A, B);
    engine.advance(Duration.ofMinutes(10));

    assertThat(files.host().boxes()).containsOnlyKeys(C, key("d"));
    assertThat(engine.engine().heldPrunes()).containsExactly(C);
  }
}
