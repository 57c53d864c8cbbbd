package dev.pglet.manifest;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource.Change;
import dev.pglet.manifest.ManifestSource.Review;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCutOffFiles {
  private static final ResourceKey A = ResourceKey.of("PostgreSQLInstance", "a");

  @TempDir private Path temp;
  private final TestingClock clock = new TestingClock();
  private Path root = Path.of("/");
  private ManifestDirectory directory = directory(root);

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.toRealPath().resolve("manifests"));
    directory = directory(root);
  }

  @Test
  void noPrefixOfAManifestThatIsLeftForEverDeletesAnything() throws Exception {
    String text =
        "# a branch\n"
            + Manifests.branch("feature-1", "app")
            + "# and its instance\n---\n"
            + Manifests.instance("app-db")
            + "  deletionPolicy: Delete\n";
    int boundary = text.indexOf("---");
    for (int length = 0; length < text.length(); length++) {
      write("a.yaml", text);
      Snapshot whole = settled();
      assertThat(whole.accepted()).as("before %d", length).hasSize(2);
      assertThat(whole.complete()).as(whole.incompleteBecause()).isTrue();
      for (ResourceKey key : whole.accepted().keySet()) {
        directory.writeStatus(
            key, JsonNodeFactory.instance.objectNode().put("phase", "Running " + length));
      }
      write("a.yaml", text.substring(0, length));
      settled();
      clock.advance(Duration.ofHours(1));
      // What is whole of it is not touched either: a status would make the rest look whole.
      for (ResourceKey key : whole.accepted().keySet()) {
        directory.writeStatus(
            key, JsonNodeFactory.instance.objectNode().put("phase", "Stopped " + length));
        directory.scan();
      }
      Snapshot cut = settled();
      // Only what ends right behind a document cannot be told from a document that was removed.
      boolean behindADocument =
          text.substring(0, length).strip().equals(text.substring(0, boundary).strip());
      if (!behindADocument) {
        assertThat(cut.accepted().keySet())
            .as("the first %d characters: %s", length, cut.rejected())
            .containsAll(whole.accepted().keySet());
      }
    }
  }

  @Test
  void aFileThatSeemsCutOffSaysSoAndAMoveIsNone() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    write("a.yaml", "# later\n");
    Snapshot cut = settled();
    assertThat(cut.accepted()).containsOnlyKeys(A);
    assertThat(cut.complete()).isFalse();
    assertThat(cut.rejected().getFirst().problems().getFirst())
        .hasToString(
            root.resolve("a.yaml")
                + ": seems to be cut off: postgresqlinstance/a stood in it, and stays in force. Write"
                + " the file whole; to delete, remove the file, or run: pglet delete"
                + " postgresqlinstance/a");
    write("b.yaml", Manifests.instance("a"));
    Snapshot moved = settled();
    assertThat(inForce(moved, A).file()).isEqualTo(root.resolve("b.yaml"));
    assertThat(moved.complete()).isTrue();

    write("b.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    settled();
    write("b.yaml", Manifests.instance("a"));
    Snapshot removed = settled();
    assertThat(removed.accepted()).as("one of two documents is removed").containsOnlyKeys(A);
    assertThat(removed.complete()).isTrue();
    Files.delete(root.resolve("b.yaml"));
    assertThat(settled().accepted()).as("a file that is deleted is meant to be").isEmpty();
  }

  @Test
  void whatAnotherFileHadTooIsStillMeantWhenThatOneIsRemoved() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    write("b.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    assertThat(settled().rejected()).as("defined twice").isNotEmpty();
    write("b.yaml", "");
    settled();
    Files.delete(root.resolve("a.yaml"));

    Snapshot removed = settled();
    assertThat(removed.accepted()).containsKey(A);
    assertThat(removed.complete()).isFalse();
    assertThat(removed.rejected().getFirst().problems().getFirst().toString())
        .contains("b.yaml: seems to be cut off: postgresqlinstance/a, postgresqlinstance/b stood");

    Files.delete(root.resolve("b.yaml"));
    assertThat(settled().accepted()).as("now that one is removed too").isEmpty();
    assertThat(directory.scan().complete()).isTrue();
  }

  @Test
  void whatAnotherFileHadTooIsStillMeantWhenTheDamagedOneIsMoved() throws IOException {
    String both = Manifests.instance("b") + "---\n" + Manifests.instance("a");
    write("a.yaml", Manifests.instance("a"));
    write("b.yaml", both);
    assertThat(settled().rejected()).as("defined twice").isNotEmpty();
    write("b.yaml", both.substring(0, both.length() - 20));
    Files.move(root.resolve("b.yaml"), root.resolve("c.yaml"));
    settled();
    Files.delete(root.resolve("a.yaml"));

    Snapshot removed = settled();
    assertThat(removed.accepted()).containsKey(A);
    assertThat(removed.rejected().getFirst().problems().getFirst().toString())
        .contains("c.yaml: seems to be cut off: postgresqlinstance/a");
  }

  @Test
  void aDamagedFileIsKnownAgainThatWasMovedOutOfSight() throws IOException {
    TrustRule trust = TrustRule.forThisProcess();
    directory = new ManifestDirectory(root, Manifests.KINDS, clock, trust, clock);
    boolean asRoot = Files.getAttribute(root, "unix:uid").equals(0);
    Path folder = Files.createDirectory(root.resolve("folder"));
    write("a.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    settled();
    write("a.yaml", "");
    Files.move(root.resolve("a.yaml"), folder.resolve("a.yaml"));
    // Root reads everything, and believes nothing that everybody may write.
    permit(folder, asRoot ? "rwxrwxrwx" : "---------");
    assertThat(settled().complete()).isFalse();
    clock.advance(Duration.ofHours(1));
    assertThat(directory.scan().complete()).isFalse();
    permit(folder, "rwxr-xr-x");

    Snapshot seen = settled();
    assertThat(seen.accepted()).hasSize(2);
    assertThat(seen.rejected().getFirst().problems().getFirst().toString())
        .contains("a.yaml: seems to be cut off: postgresqlinstance/a, postgresqlinstance/b stood");
  }

  private static String three() {
    return String.join(
        "---\n", Manifests.instance("a"), Manifests.instance("b"), Manifests.instance("c"));
  }

  /** It ends within b, which is a whole document for all that. */
  private static String halfOf(String text) {
    String left = text.substring(0, text.indexOf("  version", text.indexOf("name: b")));
    assertThat(left).endsWith("spec:\n");
    return left;
  }

  private void assertCutOff(String file, String missing) throws IOException {
    Snapshot seen = settled();
    assertThat(seen.complete()).as("complete").isFalse();
    assertThat(seen.rejected())
        .extracting(rejected -> rejected.problems().getFirst().toString())
        .anySatisfy(said -> assertThat(said).contains(file + ": seems to be cut off", missing));
  }

  @Test
  void nothingIsEditedInAFileThatWasCutOffAMomentAgo() throws Exception {
    write("a.yaml", three());
    settled();
    write("a.yaml", halfOf(three()));
    ObjectNode label = JsonNodeFactory.instance.objectNode();
    label.putObject("metadata").putObject("labels").put("tier", "gold");
    assertThatThrownBy(() -> directory.patch(A, label, Review.NONE))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("a.yaml: seems to be cut off: postgresqlinstance/c stood in it");
    assertThat(root.resolve("a.yaml")).hasContent(halfOf(three()));
  }

  @Test
  void aFileThatWasAwayIsKnownAgain() throws Exception {
    write("a.yaml", three());
    settled();
    Path away = root.resolve("a.yaml.off");
    Files.move(root.resolve("a.yaml"), away);
    assertThat(settled().complete()).as("it may have been removed").isTrue();
    Files.writeString(away, halfOf(three()));
    Files.move(away, root.resolve("b.yaml"));
    assertCutOff("b.yaml", "postgresqlinstance/c");
    // What somebody deletes is not missed.
    directory.delete(ResourceKey.of("PostgreSQLInstance", "c"));
    assertThat(settled().complete()).isTrue();
  }

  @Test
  void ofAFileThatIsMovedTwiceTheLastContentCounts() throws Exception {
    write("x.yaml", Manifests.instance("a"));
    settled();
    Files.move(root.resolve("x.yaml"), root.resolve("y.yaml"));
    settled();
    write("y.yaml", three());
    settled();
    write("y.yaml", halfOf(three()));
    Files.move(root.resolve("y.yaml"), root.resolve("z.yaml"));
    assertCutOff("z.yaml", "postgresqlinstance/c");
  }

  @Test
  void aFileThatIsMovedOverAnotherIsTheOneThatWasMoved() throws Exception {
    write("a.yaml", three());
    write("d.yaml", Manifests.instance("d"));
    settled();
    write("a.yaml", halfOf(three()));
    Files.move(root.resolve("a.yaml"), root.resolve("d.yaml"), StandardCopyOption.REPLACE_EXISTING);
    assertCutOff("d.yaml", "postgresqlinstance/c");
  }

  @Test
  void aCutWithinAWordIsCalledOneAlsoWhereStatusesAre() throws Exception {
    write("a.yaml", three());
    Snapshot whole = settled();
    for (ResourceKey key : whole.accepted().keySet()) {
      directory.writeStatus(key, JsonNodeFactory.instance.objectNode().put("phase", "Running"));
    }
    String text = Files.readString(root.resolve("a.yaml"));
    write("a.yaml", text.substring(0, text.indexOf("ec:", text.indexOf("name: b"))));
    assertCutOff("a.yaml", "postgresqlinstance/c");
  }

  @Test
  void whatPgletEditedIsWhatALaterCutIsComparedWith() throws Exception {
    write("a.yaml", three() + "---\n" + Manifests.instance("d"));
    settled();
    write("a.yaml", three());
    settled();
    ObjectNode label = JsonNodeFactory.instance.objectNode();
    label.putObject("metadata").putObject("labels").put("tier", "gold");
    directory.patch(A, label, Review.NONE);
    settled();
    write("a.yaml", halfOf(Files.readString(root.resolve("a.yaml"))));
    assertCutOff("a.yaml", "postgresqlinstance/c");
  }

  @Test
  void whatHasMovedIntoAnotherFileIsNotMissedWhicheverIsReadFirst() throws Exception {
    write("a.yaml", Manifests.instance("x"));
    write("b.yaml", Manifests.instance("y"));
    settled();
    write("b.yaml", Manifests.instance("y") + "---\n" + Manifests.instance("x"));
    write("a.yaml", "---\n");
    settled();
    write("c.yaml", Manifests.instance("y"));
    write("b.yaml", Manifests.instance("x"));
    settled();
    Snapshot seen = settled();
    assertThat(seen.complete()).as(seen.incompleteBecause()).isTrue();
  }

  private static void permit(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void whatIsCutOffIsNotMissedAsLongAsAnotherFileHasIt() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    write("b.yaml", Manifests.instance("b") + "---\n" + Manifests.instance("a"));
    settled();
    write("b.yaml", Manifests.instance("b") + "---\n# no more\n");

    Snapshot cut = settled();
    assertThat(cut.complete()).as(cut.incompleteBecause()).isTrue();
    assertThat(inForce(cut, A).file()).isEqualTo(root.resolve("a.yaml"));
  }

  @Test
  void noStatusIsWrittenIntoWhatIsCutOff() throws Exception {
    write(
        "a.yaml",
        String.join(
            "---\n", Manifests.instance("a"), Manifests.instance("b"), Manifests.instance("c")));
    Snapshot whole = settled();
    for (String phase : List.of("Running", "Stopped")) {
      for (ResourceKey key : whole.accepted().keySet()) {
        directory.writeStatus(key, JsonNodeFactory.instance.objectNode().put("phase", phase));
      }
      if (phase.equals("Running")) {
        String text = Files.readString(root.resolve("a.yaml"));
        String left = text.substring(0, text.lastIndexOf("---") - 3);
        assertThat(left).as("within a status").endsWith("phase: Runni");
        write("a.yaml", left);
        settled();
      }
    }
    assertThat(Files.readString(root.resolve("a.yaml"))).endsWith("phase: Runni");
    assertThat(settled().accepted()).containsOnlyKeys(whole.accepted().keySet());
  }

  @Test
  void whatPgletWritesIntoAFileMakesItNoMoreWholeThanItWas() throws Exception {
    String b = Manifests.instance("b");
    write("a.yaml", Manifests.instance("a") + "---\n" + b);
    settled();
    write("b.yaml", b);
    settled();
    ObjectNode phase = JsonNodeFactory.instance.objectNode().put("phase", "Running");
    directory.writeStatus(A, phase);
    String text = Files.readString(root.resolve("a.yaml"));
    // Nothing is missing as long as the other file has it, so that the status is mended.
    write("a.yaml", text.substring(0, text.indexOf("ing\n---")));
    settled();
    assertThat(directory.writeStatus(A, phase)).isEqualTo(StatusWrite.WRITTEN);
    assertThat(Files.readString(root.resolve("a.yaml"))).endsWith("phase: Running");

    Files.delete(root.resolve("b.yaml"));
    Snapshot removed = settled();
    assertThat(removed.accepted().keySet()).contains(ResourceKey.of("PostgreSQLInstance", "b"));
    assertThat(removed.rejected().getFirst().problems().getFirst().toString())
        .contains("a.yaml: seems to be cut off: postgresqlinstance/b stood in it");
  }

  @Test
  void aDocumentThatIsRemovedTogetherWithTheStatusesIsNotCutOff() throws Exception {
    write("a.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    Snapshot whole = settled();
    for (ResourceKey key : whole.accepted().keySet()) {
      directory.writeStatus(key, JsonNodeFactory.instance.objectNode().put("phase", "Running"));
    }
    write("a.yaml", Manifests.instance("a"));
    Snapshot removed = settled();
    assertThat(removed.accepted()).containsOnlyKeys(A);
    assertThat(removed.complete()).as(removed.incompleteBecause()).isTrue();
  }

  @Test
  void nothingIsEditedInWhatIsCutOff() throws Exception {
    write("a.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    settled();
    String left = Manifests.instance("a") + "---\n" + Manifests.instance("b").substring(0, 10);
    write("a.yaml", left);
    settled();
    ObjectNode label = JsonNodeFactory.instance.objectNode();
    label.putObject("metadata").putObject("labels").put("tier", "gold");
    for (ThrowingCallable edit :
        List.<ThrowingCallable>of(
            () -> directory.patch(A, label, Review.NONE),
            () -> directory.apply(Manifests.instance("a") + "  desiredState: Stopped\n"),
            () -> directory.delete(A))) {
      assertThatThrownBy(edit)
          .isInstanceOf(ManifestRejected.class)
          .hasMessageContaining("a.yaml: seems to be cut off: postgresqlinstance/b stood in it");
    }
    assertThat(root.resolve("a.yaml")).hasContent(left);

    write("a.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    settled();
    assertThat(directory.patch(A, label, Review.NONE).change()).isEqualTo(Change.CONFIGURED);
  }

  private static Manifest inForce(Snapshot snapshot, ResourceKey key) {
    return requireNonNull(snapshot.accepted().get(key), () -> key + " is not in force");
  }

  private ManifestDirectory directory(Path root) {
    return new ManifestDirectory(root, Manifests.KINDS, clock, TrustRule.ofOrdinaryUser(), clock);
  }

  private Snapshot settled() {
    Snapshot first = directory.scan();
    first.settleIn().ifPresent(clock::advance);
    return directory.scan();
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
