package dev.pglet.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource.Change;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import dev.pglet.manifest.ManifestSource.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The user's root is mounted read-only here, which only root may do. */
final class TestManagedManifests {
  private static final ResourceKey A = ResourceKey.of("PostgreSQLInstance", "a");
  private static final ResourceKey B = ResourceKey.of("PostgreSQLInstance", "b");

  @TempDir private Path temp;
  private final TestingClock clock = new TestingClock();
  private Path users = Path.of("/");
  private Path own = Path.of("/");
  private ManagedManifests manifests = open();

  @BeforeEach
  void mount() throws Exception {
    users = Files.createDirectory(temp.toRealPath().resolve("manifests"));
    own = Files.createDirectory(temp.toRealPath().resolve("managed"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", users.toString()),
        "this needs the right to mount");
    Files.writeString(users.resolve("a.yaml"), Manifests.instance("a"));
    manifests = open();
    settled();
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", users.toString());
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  private void remount(String mode) throws Exception {
    assertThat(run("mount", "-o", "remount," + mode, users.toString())).isTrue();
  }

  private ManagedManifests open() {
    return new ManagedManifests(directory(users), directory(own));
  }

  private ManifestDirectory directory(Path root) {
    return new ManifestDirectory(root, Manifests.KINDS, clock, TrustRule.ofOrdinaryUser(), clock);
  }

  private Snapshot settled() {
    manifests.scan();
    clock.advanceMillis(600);
    return manifests.scan();
  }

  /** What is removed is kept for two seconds for an editor that still writes into it. */
  private void assertNothingOfOurs() {
    clock.advanceMillis(3000);
    assertThat(own).isEmptyDirectory();
  }

  private static ObjectNode status() {
    return JsonNodeFactory.instance.objectNode().put("phase", "Running");
  }

  @Test
  void whatTheUsersRootCannotTakeGoesIntoPgletsOwnAndBelongsToTheSameRoot() throws Exception {
    remount("ro");

    Written written = manifests.apply(Manifests.instance("b"));

    assertThat(written.change()).isEqualTo(Change.CREATED);
    assertThat(written.file()).isEqualTo(own.resolve("postgresqlinstance-b.yaml"));
    assertThat(manifests.root()).isEqualTo(users);
    Snapshot snapshot = manifests.scan();
    assertThat(snapshot.accepted()).containsOnlyKeys(A, B);
    assertThat(snapshot.complete()).isTrue();
    manifests = open();
    assertThat(settled().accepted()).as("after a restart").containsOnlyKeys(A, B);
  }

  @Test
  void whatIsMountedBelowTheRootIsNotReadBecauseUnmountedItWouldLookLikeDeletions()
      throws Exception {
    Path team = Files.createDirectory(users.resolve("team b"));
    Files.writeString(team.resolve("b.yaml"), Manifests.instance("b"));
    assertThat(settled().accepted()).containsOnlyKeys(A, B);
    assertThat(run("mount", "--bind", own.toString(), team.toString())).isTrue();
    try {
      Snapshot snapshot = settled();
      assertThat(snapshot.accepted()).as("what it hides stays in force").containsOnlyKeys(A, B);
      assertThat(snapshot.complete()).isFalse();
      assertThat(snapshot.rejected())
          .singleElement()
          .satisfies(rejected -> assertThat(rejected.file()).isEqualTo(team))
          .asString()
          .contains("has a file system of its own", "Put its manifests into");
      Files.createSymbolicLink(users.resolve("link"), team);
      assertThat(settled().rejected()).hasSize(2);
      Files.delete(users.resolve("link"));
    } finally {
      run("umount", team.toString());
    }
    assertThat(settled().complete()).isTrue();
  }

  @Test
  void whatIsThereIsEditedAndDeletedWhereItIs() throws Exception {
    remount("ro");
    manifests.apply(Manifests.instance("b"));
    remount("rw");
    manifests.scan();

    assertThat(manifests.apply(Manifests.instance("b") + "  desiredState: Stopped\n").file())
        .isEqualTo(own.resolve("postgresqlinstance-b.yaml"));
    manifests.scan();
    assertThat(manifests.writeStatus(B, status())).isEqualTo(StatusWrite.WRITTEN);
    assertThat(manifests.document(B).orElseThrow().file()).startsWith(own);
    assertThat(manifests.patch(B, Manifests.patch("spec: {desiredState: Running}")).change())
        .isEqualTo(Change.CONFIGURED);
    assertThat(Files.readString(own.resolve("postgresqlinstance-b.yaml")))
        .contains("phase: Running", "desiredState: Running");
    assertThat(manifests.delete(B).change()).isEqualTo(Change.DELETED);
    assertThat(manifests.scan().accepted()).containsOnlyKeys(A);
    assertNothingOfOurs();
    assertThat(manifests.apply(Manifests.instance("b")).file()).startsWith(users);
  }

  @Test
  void aManifestOfTheUserTakesOverAndOursIsRemoved() throws Exception {
    remount("ro");
    manifests.apply(Manifests.instance("b"));
    manifests.scan();
    remount("rw");
    Files.writeString(users.resolve("b.yaml"), Manifests.instance("b"));

    Snapshot snapshot = settled();

    assertThat(snapshot.accepted()).containsOnlyKeys(A, B);
    assertThat(snapshot.accepted().values())
        .allSatisfy(manifest -> assertThat(manifest.file()).startsWith(users));
    assertThat(snapshot.rejected()).isEmpty();
    assertNothingOfOurs();
  }

  @Test
  void aChangeOfTheUsersOwnManifestIsNeverMadeInACopy() throws Exception {
    remount("ro");

    assertThatThrownBy(() -> manifests.apply(Manifests.instance("a") + "  desiredState: Stopped\n"))
        .isInstanceOf(IOException.class);
    assertThat(own).isEmptyDirectory();
  }

  @Test
  void nothingIsTakenForDeletedWhilePgletsOwnCannotBeRead() throws Exception {
    remount("ro");
    manifests.apply(Manifests.instance("b"));
    manifests.scan();
    Files.move(own, own.resolveSibling("gone"));

    Snapshot snapshot = manifests.scan();

    assertThat(snapshot.complete()).isFalse();
    assertThat(snapshot.incompleteBecause()).contains(own.toString());
    assertThat(snapshot.accepted()).containsKey(B);
  }
}
