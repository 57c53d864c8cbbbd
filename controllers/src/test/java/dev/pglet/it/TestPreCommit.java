package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.cli.git.GitSetup;
import dev.pglet.reconcile.testing.TestingLauncher;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.TestingRepository.Ended;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code hack/pre-commit} as the hook of a real repository. */
@Timeout(120)
final class TestPreCommit {
  @TempDir private Path temp;
  private TestingRepository repository = new TestingRepository(Path.of("/"));
  private TestingLauncher launcher = new TestingLauncher(Path.of("/"), Path.of("/"));

  @BeforeEach
  void installHook() throws Exception {
    Path home = Files.createDirectory(temp.toRealPath().resolve("it's here"));
    launcher = TestingLauncher.in(home);
    repository = TestingRepository.init(home.resolve("clone"));
    installIn(repository);
    Path manifests = Files.createDirectories(repository.workTree().resolve("my db"));
    GitSetup.in(
            manifests, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
        .install(launcher.program());
    repository.write("my db/a.yaml", branch("a"));
    repository.commit("one");
  }

  private static void installIn(TestingRepository repository) throws IOException {
    Files.copy(
        Path.of("../hack/pre-commit"),
        repository.workTree().resolve(".git/hooks/pre-commit"),
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static String branch(String name) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Branch
        metadata: {name: %s}
        spec: {source: {instance: app}}
        """
        .formatted(name);
  }

  private Ended commit(String... options) throws Exception {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "commit";
    arguments[1] = "-qm";
    arguments[2] = "two";
    System.arraycopy(options, 0, arguments, 3, options.length);
    return repository.tryGit(arguments);
  }

  @Test
  void refusesAManifestThatIsWrongAsItIsStagedAndNamesThePlace() throws Exception {
    repository.write("my db/sub/b.yaml", branch("b").replace("source", "sauce"));
    repository.git("add", "-A");
    repository.write("my db/sub/b.yaml", branch("b")); // right in the work tree only

    Ended refused = commit();

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("my db/sub/b.yaml:4:8: spec.sauce").contains("git add it");
    repository.git("add", "-A");
    assertThat(commit().code()).isZero();
  }

  @Test
  void letsPassWhatIsRightAsItIsStagedWhateverTheWorkTreeHolds() throws Exception {
    repository.write("my db/b.yaml", branch("b"));
    repository.git("add", "-A");
    repository.write("my db/b.yaml", "kind: [");

    assertThat(commit().code()).isZero();
  }

  @Test
  void refusesAStagedStatusAndNamesTheRemedy() throws Exception {
    repository.write("my db/b.yaml", branch("b") + "status:\n  phase: Running\n");
    repository.git("-c", "filter.pglet.process=", "add", "-A");

    Ended refused = commit();

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("my db/b.yaml:5:1: status: is written by pglet")
        .contains("git add --renormalize");
    repository.git("add", "--renormalize", ".");
    assertThat(commit().code()).isZero();
    assertThat(repository.git("show", "HEAD:my db/b.yaml")).isEqualTo(branch("b"));
  }

  @Test
  void checksTheIndexOfACommitOfSomeFilesToo() throws Exception {
    repository.write("my db/a.yaml", "kind: [");

    assertThat(commit("-a").code()).isEqualTo(1);
    assertThat(commit("my db/a.yaml").err()).contains("my db/a.yaml:1:");
    repository.write("my db/a.yaml", branch("a").replace("app", "other"));
    assertThat(commit("my db/a.yaml").code()).isZero();
  }

  @Test
  void twoDirectoriesMayDeclareTheSameNamesButOneMayNotTwice() throws Exception {
    Path other = Files.createDirectories(repository.workTree().resolve("other"));
    GitSetup.in(other, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
        .install(launcher.program());
    repository.write("other/a.yaml", branch("a"));
    repository.git("add", "-A");
    assertThat(commit().code()).isZero();

    repository.write("other/again.yaml", branch("a"));
    repository.git("add", "-A");
    assertThat(commit().err()).contains("branch/a is declared in").contains("other/a.yaml too");
  }

  @Test
  void doesNothingForCommitsWithoutManifests() throws Exception {
    repository.write("README", "text");
    repository.git("add", "-A");
    Files.delete(launcher.program());

    Ended ended = commit();

    // Only the hook's own words: where a file is as young as its index, git reads it again and then
    // starts the filter, which is missing here too.
    assertThat(ended.code()).isZero();
    assertThat(ended.err()).doesNotContain("pglet pre-commit:");
  }

  @Test
  void saysThatAFreshCloneMustBeSetUp() throws Exception {
    repository.git("clone", "-q", ".", "../second");
    TestingRepository second = new TestingRepository(temp.resolve("it's here/second"));
    installIn(second);
    second.write("my db/b.yaml", branch("b"));
    second.git("add", "-A");

    assertThat(second.tryGit("commit", "-qm", "two").err())
        .contains("this clone is not set up")
        .contains("there is no pglet to check the manifests with");
    Ended ended =
        second.run(
            List.of("git", "commit", "-qm", "two"), Map.of("PGLET", launcher.program().toString()));
    assertThat(ended.code()).isZero();
    assertThat(ended.err()).contains("pglet git setup DIR");
  }
}
