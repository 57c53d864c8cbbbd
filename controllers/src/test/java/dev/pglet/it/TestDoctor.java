package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.testing.TestingLauncher;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.TestingRepository.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verb as a process of its own, on a data root and in a repository of its own. */
@Timeout(120)
final class TestDoctor {
  @TempDir private Path temp;
  private TestingRepository repository = new TestingRepository(Path.of("/"));
  private TestingLauncher launcher = new TestingLauncher(Path.of("/"), Path.of("/"));

  @BeforeEach
  void makeRepository() throws Exception {
    Path home = temp.toRealPath();
    launcher = TestingLauncher.in(home);
    // The servers' account of a daemon of root must be able to enter.
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
    repository = TestingRepository.init(home.resolve("m"));
    repository.write(
        "a.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: Branch
        metadata: {name: a}
        spec: {source: {instance: app}}
        """);
  }

  private Ended pglet(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.program().toString()));
    command.addAll(List.of(arguments));
    return repository.run(
        command,
        Map.of(
            "PGLET_DATA_ROOT", temp.resolve("data").toString(),
            "PGLET_MANIFESTS", repository.workTree().toString()));
  }

  @Test
  void findsNothingWrongInOrderAndChangesNothing() throws Exception {
    assertThat(pglet("git", "setup").code()).isZero();

    Ended ended = pglet("doctor");

    assertThat(ended.out())
        .contains("ok       java")
        .contains("ok       programs")
        .contains("ok       data root")
        .contains("ok       space")
        .contains("ok       run directory")
        .contains("ok       daemon         none has run here")
        .contains("ok       manifests      " + repository.workTree() + ", 1 in force")
        .contains("ok       inotify        1 directory can be watched")
        .contains("ok       git            statuses stay out of commits")
        .doesNotContain("problem");
    assertThat(ended.err()).isEmpty();
    assertThat(ended.code()).isZero();
    assertThat(temp.resolve("data")).doesNotExist();
  }

  @Test
  void namesEachProblemWithItsRemedy() throws Exception {
    Files.writeString(temp.resolve("data"), "no directory");
    repository.write("b.yaml", "kind: [");

    Ended ended = pglet("doctor");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out().lines().filter(line -> line.startsWith("problem")))
        .as(ended.out())
        .hasSize(4);
    assertThat(ended.err()).isEqualTo("4 problem(s)\n");
    assertThat(ended.out())
        .contains("problem  data root      " + temp.resolve("data") + " is no directory")
        .contains("problem  run directory  ")
        .contains("problem  manifests      " + repository.workTree().resolve("b.yaml") + ":1:")
        .contains("problem  git ")
        .contains("Run: pglet git setup " + repository.workTree());
  }

  @Test
  void namesAManifestDirectoryThatIsMissing() throws Exception {
    assertThat(pglet("doctor", temp.resolve("none").toString()).out())
        .contains("none: does not exist; run: mkdir -p");
  }

  @Test
  void validateSaysThatACloneMustBeSetUp() throws Exception {
    pglet("git", "setup");
    repository.commit("one");
    repository.git("clone", "-q", ".", "../second");

    Ended ended = pglet("validate", temp.resolve("second").toString());

    assertThat(ended.code()).isZero();
    assertThat(ended.err())
        .startsWith("warning: this clone's attributes name the filter pglet")
        .contains("Run: pglet git setup " + temp.toRealPath().resolve("second"));
    assertThat(pglet("validate").err()).isEmpty();
  }

  @Test
  void validateRefusesAStatusOnlyWhenAsked() throws Exception {
    Path file = repository.workTree().resolve("a.yaml");
    Files.writeString(file, Files.readString(file) + "status: {phase: Running}\n");

    assertThat(pglet("validate").code()).isZero();
    Ended refused = pglet("validate", "--no-status", file.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains(file + ":5:1: status: is written by pglet");
    assertThat(pglet("validate", "--no-status", "-").code()).isEqualTo(2);
  }
}
