package dev.pglet.manifest;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource.Change;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import dev.pglet.manifest.edit.DelayedTasks;
import dev.pglet.manifest.edit.VolatileFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestManifestDirectory {
  private static final ResourceKey A = ResourceKey.of("PostgreSQLInstance", "a");
  private static final ResourceKey B = ResourceKey.of("PostgreSQLInstance", "b");
  private static final ResourceKey BRANCH = ResourceKey.of("Branch", "pr");

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
  void acceptsSettledFilesInAllDirectories() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    write("deep/er/branch.yml", Manifests.branch("pr", "a"));
    write("notes.txt", "kind: [");
    write(".hidden.yaml", "kind: [");
    write(".git/x.yaml", "kind: [");
    write("a.yaml~", "kind: [");
    write("a.yaml.swp", "kind: [");
    write("#a.yaml#", "kind: [");
    Snapshot snapshot = settled();
    assertThat(snapshot.accepted()).containsOnlyKeys(A, BRANCH);
    assertThat(snapshot.rejected()).isEmpty();
    assertThat(snapshot.complete()).isTrue();
    assertThat(snapshot.incompleteBecause()).isEmpty();
    assertThat(inForce(snapshot, BRANCH).file()).isEqualTo(root.resolve("deep/er/branch.yml"));
  }

  @Test
  void acceptsAYoungFileOnlyWhenTwoReadsHalfASecondApartAreEqual() throws IOException {
    assertThat(directory.scan().accepted()).isEmpty();
    write("a.yaml", Manifests.instance("a"));
    Snapshot young = directory.scan();
    assertThat(young.accepted()).isEmpty();
    assertThat(young.complete()).isFalse();
    assertThat(young.incompleteBecause()).contains("a.yaml", "may still be being written");
    assertThat(young.settleIn().orElseThrow())
        .isBetween(Duration.ofMillis(1), Duration.ofMillis(500));
    clock.advanceMillis(300);
    write("a.yaml", Manifests.instance("b"));
    assertThat(directory.scan().accepted()).isEmpty();
    clock.advanceMillis(499);
    assertThat(directory.scan().accepted()).isEmpty();
    assertThat(directory.scan().settleIn()).contains(Duration.ofMillis(1));
    clock.advanceMillis(1);
    assertThat(directory.scan().accepted()).containsOnlyKeys(B);
    assertThat(directory.scan().complete()).isTrue();
  }

  @Test
  void acceptsAFileAtTheFirstReadWhenItHasBeenQuietForHalfASecond() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    clock.advance(TestingClock.BEFORE_THE_FILES.plusMillis(30_000));
    assertThat(directory.scan().accepted()).containsOnlyKeys(A);
  }

  @Test
  void tellsFromEveryEditWhatIsTheAcceptedVersionByteForByte() throws Exception {
    Path file = root.resolve("a.yaml");
    assertThat(directory.isAccepted(Set.of(file))).isFalse();
    write("a.yaml", Manifests.instance("a"));
    assertThat(directory.isAccepted(Set.of(file))).isFalse();
    directory.scan();
    assertThat(directory.isAccepted(Set.of(file))).as("while it settles").isFalse();
    settled();
    assertThat(directory.isAccepted(Set.of(file))).isTrue();
    directory.writeStatus(A, status("Running"));
    assertThat(directory.isAccepted(Set.of(file))).as("with a status of ours").isTrue();
    assertThat(directory.isAccepted(Set.of(file, root.resolve("b.yaml")))).isFalse();
    FileTime before = Files.getLastModifiedTime(file);
    write("a.yaml", Files.readString(file).replace("17", "16"));
    Files.setLastModifiedTime(file, before);
    assertThat(directory.isAccepted(Set.of(file))).as("with the same length and time").isFalse();
    settled();
    assertThat(directory.isAccepted(Set.of(file))).isTrue();
    Files.delete(file);
    assertThat(directory.isAccepted(Set.of(file))).as("gone").isFalse();
    Files.createDirectory(file);
    assertThat(directory.isAccepted(Set.of(file))).as("a directory").isFalse();
  }

  /** As long as nobody has scanned it, an older version is in force. */
  @Test
  void aNewerVersionDoesNotVouchForTheOneInForce() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    clock.advance(TestingClock.BEFORE_THE_FILES.plusMinutes(1));
    directory.scan();
    assertThat(directory.quiet(A)).isGreaterThan(Duration.ofSeconds(30));
    write("a.yaml", Manifests.instance("a").replace("17", "16"));
    clock.advanceMillis(60_000);

    assertThat(directory.quiet(A)).isZero();
    directory.scan();
    assertThat(directory.quiet(A)).isPositive();
  }

  @Test
  void keepsWhatWasInForceWhileAnEditSettles() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    write("a.yaml", Manifests.instance("a").replace("17", "16"));
    Snapshot young = directory.scan();
    assertThat(inForce(young, A).text()).contains("\"17\"");
    assertThat(young.complete()).isFalse();
    assertThat(inForce(settled(), A).text()).contains("\"16\"");
  }

  @Test
  void noPrefixOfAManifestIsAcceptedBeforeItHasSettled() throws IOException {
    String whole = Manifests.instance("a") + "  parameters:\n    work_mem: 64MB\n";
    write("a.yaml", whole);
    settled();
    for (int length = 0; length < whole.length(); length++) {
      write("a.yaml", whole.substring(0, length));
      Snapshot snapshot = directory.scan();
      assertThat(inForce(snapshot, A).text()).isEqualTo(whole);
      assertThat(snapshot.rejected()).isEmpty();
      assertThat(snapshot.complete()).isFalse();
      clock.advanceMillis(400);
    }
  }

  /** Written in place by somebody who is slow, and by somebody who never goes on. */
  @ParameterizedTest
  @ValueSource(strings = {"quickstart/app.yaml", "quickstart/pr-1.yaml", "templates/small.yaml"})
  void noBeginningOfAnExampleBehindAWholeDocumentTouchesThatOneOrIsAcceptedBeforeItHasSettled(
      String example) throws IOException {
    String first = Manifests.instance("a") + "---\n";
    String added = Files.readString(Path.of("../examples", example));
    write("a.yaml", first);
    Manifest before = inForce(settled(), A);
    for (int length = 1; length < added.length(); length++) {
      write("a.yaml", first + added.substring(0, length));
      directory.scan();
      clock.advanceMillis(400);
      Snapshot young = directory.scan();
      assertThat(young.accepted()).as("%d, for a moment", length).containsOnlyKeys(A);
      assertThat(young.rejected()).isEmpty();
      assertThat(young.complete()).isFalse();
    }
    for (int length = 1; length < added.length(); length++) {
      write("a.yaml", first + added.substring(0, length));
      assertThat(inForce(settled(), A).specHash())
          .as("%d, for ever", length)
          .isEqualTo(before.specHash());
    }
    write("a.yaml", first + added);
    Snapshot whole = settled();
    assertThat(whole.complete()).as(whole.incompleteBecause()).isTrue();
    assertThat(whole.accepted()).hasSizeGreaterThan(1);
    assertThat(inForce(whole, A).text()).isEqualTo(before.text());
  }

  @Test
  void aFileFromTheFutureAndAClockThatIsSetBackDoNotBlockForEver() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    Files.setLastModifiedTime(
        root.resolve("a.yaml"), FileTime.from(clock.instant().plus(Duration.ofDays(400))));
    directory.scan();
    clock.advance(Duration.ofDays(-3));
    directory.scan();
    clock.advanceMillis(500);
    assertThat(directory.scan().accepted()).containsOnlyKeys(A);
  }

  @Test
  void aBrokenFileKeepsItsLastGoodVersionAndDoesNotHinderTheOthers() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    write("a.yaml", Manifests.instance("a") + "  prot: 1\n");
    write("b.yaml", Manifests.instance("b"));
    Snapshot snapshot = settled();
    assertThat(snapshot.accepted()).containsOnlyKeys(A, B);
    assertThat(inForce(snapshot, A).text()).doesNotContain("prot");
    assertThat(snapshot.complete()).isFalse();
    assertThat(snapshot.incompleteBecause()).isEqualTo(root.resolve("a.yaml") + " is rejected");
    assertThat(snapshot.rejected())
        .singleElement()
        .satisfies(
            rejected -> {
              assertThat(rejected.file()).isEqualTo(root.resolve("a.yaml"));
              assertThat(rejected.keys()).containsExactly(A);
              assertThat(rejected.problems().getFirst())
                  .asString()
                  .startsWith(
                      root.resolve("a.yaml")
                          + ":7:3: spec.prot: unknown field; remove it or use one of: ")
                  .contains(" network,");
            });
    write("a.yaml", "kind: [");
    assertThat(settled().accepted()).containsOnlyKeys(A, B);
    write("a.yaml", Manifests.instance("a"));
    assertThat(settled().complete()).isTrue();
  }

  @Test
  void aRemovedFileIsGoneFromACompleteSnapshot() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    write("b.yaml", Manifests.instance("b"));
    settled();
    Files.delete(root.resolve("b.yaml"));
    Snapshot snapshot = directory.scan();
    assertThat(snapshot.accepted()).containsOnlyKeys(A);
    assertThat(snapshot.complete()).isTrue();
  }

  @Test
  void aDocumentThatMovesToAnotherFileStaysInForceAllTheTime() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    Files.move(root.resolve("a.yaml"), root.resolve("c.yaml"));
    assertThat(directory.scan().accepted()).containsOnlyKeys(A);
    Snapshot snapshot = settled();
    assertThat(inForce(snapshot, A).file()).isEqualTo(root.resolve("c.yaml"));
    assertThat(snapshot.complete()).isTrue();
  }

  @Test
  void refusesBothOfTwoManifestsWithOneKeyAndNamesBothPlaces() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    write("b.yaml", "# two\n" + Manifests.instance("a").replace("17", "16"));
    Snapshot snapshot = settled();
    assertThat(inForce(snapshot, A).text()).contains("\"17\"");
    assertThat(snapshot.complete()).isFalse();
    assertThat(snapshot.rejected())
        .extracting(rejected -> rejected.problems().getFirst().toString())
        .containsExactly(
            root.resolve("a.yaml")
                + ":4:3: metadata.name: postgresqlinstance/a is defined twice: also at "
                + root.resolve("b.yaml")
                + ":5:3. The version that was in force before stays so; remove one of the two",
            root.resolve("b.yaml")
                + ":5:3: metadata.name: postgresqlinstance/a is defined twice: also at "
                + root.resolve("a.yaml")
                + ":4:3. The version that was in force before stays so; remove one of the two");
    Files.delete(root.resolve("b.yaml"));
    assertThat(directory.scan().complete()).isTrue();
  }

  @Test
  void neitherOfTwoNewManifestsWithOneKeyIsInForce() throws IOException {
    write("a.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("a"));
    Snapshot snapshot = settled();
    assertThat(snapshot.accepted()).isEmpty();
    assertThat(snapshot.rejected())
        .hasSize(2)
        .allSatisfy(
            rejected ->
                assertThat(rejected.problems().getFirst().message())
                    .contains("Neither is in force"));
  }

  @Test
  void aRootThatCannotBeReadKeepsAllInForceAndIsNoOrigin() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    Files.move(root, temp.resolve("aside"));
    assertIncomplete(root + " does not exist; run: mkdir -p " + root);
    Files.writeString(root, "");
    assertIncomplete("is no directory");
    Files.delete(root);
    Files.createDirectory(root);
    assertThat(directory.scan().origin()).as("of an empty root").isEmpty();
    write("a.yaml", Manifests.instance("a"));
    assertThat(settled().complete()).isTrue();
  }

  @Test
  void aDamagedFileThatIsMovedIsNotLessDamagedForIt() throws IOException {
    write("one/a.yaml", Manifests.instance("a"));
    settled();
    Files.writeString(root.resolve("one/a.yaml"), "");
    assertThat(settled().accepted()).containsOnlyKeys(A);

    Files.move(root.resolve("one"), root.resolve("two"));
    for (String damaged : List.of("", "kind: [", "# nothing")) {
      Files.writeString(root.resolve("two/a.yaml"), damaged);
      Snapshot snapshot = settled();
      assertThat(snapshot.complete()).as(damaged).isFalse();
      assertThat(snapshot.accepted()).as(damaged).containsOnlyKeys(A);
    }
    Files.move(root.resolve("two/a.yaml"), root.resolve("b.yaml"));
    assertThat(settled().accepted()).containsOnlyKeys(A);

    Files.writeString(root.resolve("b.yaml"), Manifests.instance("b"));
    Snapshot meant = settled();
    assertThat(meant.complete()).isTrue();
    assertThat(meant.accepted()).as("what is whole counts").containsOnlyKeys(B);
  }

  @Test
  void aWholeFileThatIsRenamedIsNotSaidToBeCutOff() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    settled();
    Files.move(root.resolve("a.yaml"), root.resolve("b.yaml"));
    assertThat(directory.scan().rejected()).isEmpty();
    Snapshot renamed = settled();
    assertThat(renamed.complete()).isTrue();
    assertThat(renamed.accepted().get(A))
        .extracting(Manifest::file)
        .isEqualTo(root.resolve("b.yaml"));
  }

  @Test
  void aNewFileIsNotTakenForTheOneThatHadItsNumber() throws IOException {
    for (int i = 0; i < 20; i++) {
      write("a.yaml", Manifests.instance("a"));
      settled();
      Files.delete(root.resolve("a.yaml"));
      Path next = root.resolve("next" + i + ".yaml");
      Files.writeString(next, "# nothing yet");
      Snapshot snapshot = settled();
      assertThat(snapshot.complete()).as("%s", snapshot.incompleteBecause()).isTrue();
      assertThat(snapshot.accepted()).isEmpty();
      Files.delete(next);
    }
  }

  @Test
  void aFileSettlesFromWhenItWasReadAndNotFromTheBeginningOfALongScan() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    write("b.yaml", Manifests.instance("b"));
    AtomicInteger looks = new AtomicInteger();
    // Between the first two looks three seconds go by.
    directory =
        new ManifestDirectory(
            root,
            Manifests.KINDS,
            () -> {
              if (looks.getAndIncrement() == 1) {
                clock.advanceMillis(3000);
              }
              return clock.instant();
            },
            TrustRule.ofOrdinaryUser(),
            clock);
    directory.scan();
    clock.advanceMillis(100);
    assertThat(directory.scan().accepted()).containsOnlyKeys(A);

    clock.advanceMillis(400);
    assertThat(directory.scan().accepted()).containsOnlyKeys(A, B);
  }

  @Test
  void aRootThatIsALinkIsNotObeyedAnyMoreWhenItIsPointedElsewhere() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    Path link = Files.createSymbolicLink(temp.resolve("current"), root);
    directory = directory(link);
    assertThat(settled().complete()).isTrue();
    Path other = Files.createDirectory(temp.resolve("other"));

    Files.delete(link);
    assertIncomplete(link + " led to " + root + " when pglet was started, and leads nowhere now");
    Files.createSymbolicLink(link, other);
    assertIncomplete("leads to " + other + " now; point it back, or restart pglet");

    Files.delete(link);
    Files.createSymbolicLink(link, root);
    assertThat(settled().complete()).isTrue();
    Files.move(root, temp.resolve("aside"));
    assertIncomplete(root + " does not exist; run: mkdir -p " + root);
  }

  @Test
  void aRootIsTheSameOriginWhateverIsInItAndAnotherOneWhenItIsReplaced() throws IOException {
    write("a.yaml", Manifests.instance("a"));
    Origin first = settled().origin().orElseThrow();
    write("b.yaml", Manifests.instance("b"));
    Files.delete(root.resolve("a.yaml"));
    assertThat(settled().origin()).hasValueSatisfying(o -> assertThat(o.isSame(first)).isTrue());
    Files.move(root, temp.resolve("aside"));
    write("b.yaml", Manifests.instance("b"));
    Snapshot replaced = settled();
    assertThat(replaced.accepted()).containsOnlyKeys(B);
    assertThat(replaced.origin()).hasValueSatisfying(o -> assertThat(o.isSame(first)).isFalse());
  }

  @Test
  void aNumberThatIsGivenAnewMakesNoSameOrigin() {
    Origin first = new Origin("64769:131:1700000000.5");
    assertThat(first.isSame(new Origin("64769:131:1700000009.0"))).isFalse();
    assertThat(first.isSame(new Origin("64769:1311"))).isFalse();
    assertThat(first.isSame(new Origin("64769:131"))).as("whose birth is not known").isTrue();
    assertThat(first.and(Origin.NONE).isSame(first.and(new Origin("1:2")))).isFalse();
    assertThat(first.and(Origin.NONE).isSame(new Origin("64769:131").and(Origin.NONE))).isTrue();
  }

  private void assertIncomplete(String reason) {
    Snapshot snapshot = directory.scan();
    assertThat(snapshot.complete()).isFalse();
    assertThat(snapshot.incompleteBecause()).contains(reason);
    assertThat(snapshot.origin()).isEmpty();
    assertThat(snapshot.accepted()).containsKey(A);
  }

  @Test
  void writesAStatusIntoTheFileAndAcceptsItAtOnce() throws Exception {
    String text = "# mine\n" + Manifests.instance("a") + "# tail\n";
    write("a.yaml", text);
    settled();
    assertThat(directory.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.WRITTEN);
    assertThat(root.resolve("a.yaml"))
        .content()
        .isEqualTo(text.replace("# tail\n", "status:\n  phase: Running\n# tail\n"));
    Snapshot snapshot = directory.scan();
    assertThat(snapshot.complete()).isTrue();
    assertThat(inForce(snapshot, A).text()).contains("phase: Running");
    assertThat(directory.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.EQUAL);
    assertThat(directory.writeStatus(A, status("Stopped"))).isEqualTo(StatusWrite.WRITTEN);
    clock.advanceMillis(3000);
    assertThat(root).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void volatileFieldsReachTheFileOnlyWithARealChange() throws Exception {
    VolatileFields sizes = new VolatileFields(Set.of("/size", "/checks/*/value"));
    write("a.yaml", "# mine\n" + Manifests.instance("a"));
    settled();
    directory.writeStatus(A, measured("Running", 1), sizes);
    String first = Files.readString(root.resolve("a.yaml"));
    assertThat(first).contains("size: 1").contains("value: \"1\"");

    assertThat(directory.writeStatus(A, measured("Running", 2), sizes))
        .isEqualTo(StatusWrite.EQUAL);
    assertThat(root.resolve("a.yaml")).content().isEqualTo(first);
    directory = directory(root);
    settled();
    assertThat(directory.writeStatus(A, measured("Running", 3), sizes))
        .as("by a process that has only the file to compare with")
        .isEqualTo(StatusWrite.EQUAL);
    assertThat(root.resolve("a.yaml")).content().isEqualTo(first);
    assertThat(directory.writeStatus(A, measured("Stopped", 4), sizes))
        .isEqualTo(StatusWrite.WRITTEN);
    assertThat(root.resolve("a.yaml")).content().contains("size: 4").contains("value: \"4\"");
    assertThat(directory.writeStatus(A, measured("Stopped", 5)))
        .as("where no field is volatile")
        .isEqualTo(StatusWrite.WRITTEN);
  }

  private static ObjectNode measured(String phase, int number) {
    ObjectNode status = status(phase).put("size", number);
    status.putArray("checks").addObject().put("name", "disk").put("value", "" + number);
    return status;
  }

  @Test
  void dropsAStatusWhenTheFileHasChangedOrIsGone() throws Exception {
    write("a.yaml", Manifests.instance("a"));
    settled();
    String edited = Manifests.instance("a").replace("17", "16");
    write("a.yaml", edited);
    assertThat(directory.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.DROPPED);
    directory.scan();
    assertThat(directory.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.DROPPED);
    assertThat(root.resolve("a.yaml")).content().isEqualTo(edited);
    Files.delete(root.resolve("a.yaml"));
    assertThat(directory.writeStatus(A, status("Running"))).isEqualTo(StatusWrite.DROPPED);
    assertThat(directory.writeStatus(B, status("Running"))).isEqualTo(StatusWrite.DROPPED);
  }

  @Test
  void appliesADocumentToANewFileOrInPlaceOfTheOldOne() throws Exception {
    ManifestSource.Written created =
        directory.apply("# mine\n---\n" + Manifests.instance("a") + "status: {x: y}\n");
    assertThat(created.change()).isEqualTo(Change.CREATED);
    assertThat(created.file()).isEqualTo(root.resolve("postgresqlinstance-a.yaml"));
    assertThat(created.file()).content().isEqualTo("# mine\n" + Manifests.instance("a"));
    assertThat(directory.scan().accepted()).containsOnlyKeys(A);
    directory.writeStatus(A, status("Running"));
    String changed = Manifests.instance("a").replace("\"17\"", "\"17\" # pinned soon");
    assertThat(directory.apply(changed))
        .extracting(ManifestSource.Written::change)
        .isEqualTo(Change.CONFIGURED);
    assertThat(created.file()).content().isEqualTo(changed + "status:\n  phase: Running\n");
    assertThat(inForce(directory.scan(), A).text()).contains("pinned soon");
    assertThat(directory.apply(changed).change()).isEqualTo(Change.UNCHANGED);
    assertThat(directory.scan().complete()).isTrue();
  }

  @Test
  void applyRefusesWhatIsNotOneGoodDocument() throws Exception {
    assertThatThrownBy(() -> directory.apply(Manifests.instance("A")))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("is no name");
    assertThatThrownBy(
            () -> directory.apply(Manifests.instance("a") + "---\n" + Manifests.instance("b")))
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining("there are 2; apply them one by one");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void applyNeverOverwritesAFileThatHoldsSomethingElse() throws Exception {
    write("postgresqlinstance-a.yaml", Manifests.instance("b"));
    settled();
    assertThat(directory.apply(Manifests.instance("a")).file())
        .isEqualTo(root.resolve("postgresqlinstance-a-2.yaml"));
    assertThat(root.resolve("postgresqlinstance-a.yaml"))
        .content()
        .isEqualTo(Manifests.instance("b"));
  }

  @Test
  void deletesADocumentAndWithTheLastOneTheFile() throws Exception {
    write("a.yaml", Manifests.instance("a") + "---\n" + Manifests.instance("b"));
    settled();
    assertThat(directory.delete(A).change()).isEqualTo(Change.DELETED);
    assertThat(root.resolve("a.yaml")).content().isEqualTo("---\n" + Manifests.instance("b"));
    assertThat(directory.scan().accepted()).containsOnlyKeys(B);
    assertThat(directory.delete(B).change()).isEqualTo(Change.DELETED);
    assertThat(root.resolve("a.yaml")).doesNotExist();
    Snapshot snapshot = directory.scan();
    assertThat(snapshot.accepted()).isEmpty();
    assertThat(snapshot.complete()).isTrue();
    assertThat(directory.delete(B).change()).isEqualTo(Change.UNCHANGED);
  }

  @Test
  void aDeletionTakesTheLinkWithTheFile() throws Exception {
    write("..1/a.yaml", Manifests.instance("a"));
    Path link = Files.createSymbolicLink(root.resolve("a.yaml"), Path.of("..1/a.yaml"));
    settled();
    assertThat(directory.delete(A).change()).isEqualTo(Change.DELETED);
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(root.resolve("..1/a.yaml")).doesNotExist();
  }

  @Test
  void whatAnEditorSavesWhileTheFileIsDeletedStays() throws Exception {
    write("a.yaml", Manifests.instance("a"));
    String saved = Manifests.instance("b");
    // Asked to look after the removed file, that is right after its removal.
    DelayedTasks editor =
        (_, _) -> {
          if (Files.notExists(root.resolve("a.yaml"))) {
            assertThatCode(() -> write("a.yaml", saved)).doesNotThrowAnyException();
          }
        };
    directory =
        new ManifestDirectory(root, Manifests.KINDS, clock, TrustRule.ofOrdinaryUser(), editor);
    settled();
    assertThat(directory.delete(A).change()).isEqualTo(Change.DELETED);
    assertThat(root.resolve("a.yaml")).content().isEqualTo(saved);
  }

  private static Manifest inForce(Snapshot snapshot, ResourceKey key) {
    return requireNonNull(snapshot.accepted().get(key), () -> key + " is not in force");
  }

  private static ObjectNode status(String phase) {
    return JsonNodeFactory.instance.objectNode().put("phase", phase);
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
