package dev.pglet.cli.git;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestSource.StatusWrite;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.git.GitManifests;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.testing.LoggedWarnings;
import dev.pglet.reconcile.testing.TestingLauncher;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.TestingRepository.Ended;
import dev.pglet.reconcile.testing.TestingScheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the real git, which runs the real filter as its own process. */
@Timeout(120)
final class TestGitSetup {
  private static final ResourceKey A = ResourceKey.of("Branch", "a");

  @TempDir private Path temp;
  private TestingLauncher launcher = new TestingLauncher(Path.of("/"), Path.of("/"));
  private Path clones = Path.of("/");

  @BeforeEach
  void makeLauncher() throws IOException {
    clones = Files.createDirectory(temp.toRealPath().resolve("it's a ü"));
    launcher = TestingLauncher.in(clones);
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

  private static ObjectNode phase(String phase) {
    return JsonNodeFactory.instance.objectNode().put("phase", phase);
  }

  private String setUp(Path directory) throws ReconcileException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    GitSetup.in(directory, printed).install(launcher.program());
    return out.toString(StandardCharsets.UTF_8);
  }

  private String undo(Path directory) throws ReconcileException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    GitSetup.in(directory, new PrintStream(out, true, StandardCharsets.UTF_8)).undo();
    return out.toString(StandardCharsets.UTF_8);
  }

  /** The manifests as the daemon has them, and its time. */
  private static final class Watched {
    private final TestingScheduler time = new TestingScheduler();
    private final GitManifests manifests;

    Watched(Path root) {
      manifests =
          new GitManifests(
              new ManifestDirectory(
                  root,
                  new KindRegistry(List.of(CrdDefinition.of(Branch.class))),
                  time,
                  TrustRule.ofOrdinaryUser(),
                  time::schedule),
              TrustRule.ofOrdinaryUser(),
              time::schedule);
      scan();
    }

    void scan() {
      manifests.scan();
      time.advance(Duration.ofSeconds(1));
      manifests.scan();
      time.advance(Duration.ofSeconds(1));
    }

    void status(ResourceKey key, String phase) throws Exception {
      assertThat(manifests.writeStatus(key, phase(phase))).isEqualTo(StatusWrite.WRITTEN);
      time.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void statusesStayOutOfCommitsAndGitStatusIsCleanWhileTheyAreWritten() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    Path manifests = Files.createDirectories(repository.workTree().resolve("my databases/ß"));
    assertThat(setUp(manifests)).contains(".gitattributes names the filter");
    Path file = repository.write("my databases/ß/ä b.yaml", branch("a"));
    repository.commit("one");
    Watched watched = new Watched(manifests);

    for (String phase : List.of("Pending", "Building", "Running", "A much longer phase")) {
      watched.status(A, phase);
      assertThat(repository.status()).isEmpty();
      assertThat(repository.git("diff")).isEmpty();
    }
    Files.writeString(file, Files.readString(file).replace("app", "other"));
    assertThat(repository.git("diff"))
        .contains("+spec: {source: {instance: other}}")
        .doesNotContain("phase");
    watched.scan();
    watched.status(A, "Running");
    repository.commit("two");

    assertThat(repository.git("show", "HEAD:./my databases/ß/ä b.yaml"))
        .isEqualTo(branch("a").replace("app", "other"));
    assertThat(repository.status()).isEmpty();
    assertThat(Files.readString(file)).contains("phase: Running");
    assertThat(repository.git("fsck")).isEmpty();
  }

  @Test
  void checkoutsAndRebasesAreNotRefusedForAStatus() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    Path manifests = repository.workTree();
    setUp(manifests);
    Path file = repository.write("a.yaml", branch("a"));
    repository.commit("one");
    repository.git("checkout", "-qb", "other");
    repository.write("a.yaml", branch("a").replace("app", "other"));
    repository.commit("two");
    repository.git("checkout", "-q", "main");
    repository.write("b.yaml", branch("b"));
    repository.commit("three");
    Watched watched = new Watched(manifests);
    watched.status(A, "Running");

    repository.git("checkout", "-q", "other");
    assertThat(Files.readString(file)).isEqualTo(branch("a").replace("app", "other"));
    watched.scan();
    watched.status(A, "Rebuilding");
    repository.git("rebase", "-q", "main");

    assertThat(repository.status()).isEmpty();
    assertThat(repository.git("log", "--format=%s")).isEqualTo("two\nthree\none\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "3", "4"})
  void everyVersionOfTheIndexIsUnderstood(String version) throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    Map<String, String> files =
        Map.of("a.yaml", "a", "dir/b.yaml", "b", "dir/c.yaml", "c", "z/y/x.yaml", "x");
    for (Map.Entry<String, String> file : files.entrySet()) {
      repository.write(file.getKey(), branch(file.getValue()));
      repository.write(file.getKey() + ".md", "text");
    }
    repository.commit("one");
    repository.git("update-index", "--index-version=" + version);
    if (version.equals("3")) {
      repository.write("new.txt", "");
      repository.git("add", "--intent-to-add", "new.txt"); // needs the flags of version 3
    }
    Watched watched = new Watched(repository.workTree());

    for (String name : files.values()) {
      watched.status(ResourceKey.of("Branch", name), "Running");
    }

    byte[] index = Files.readAllBytes(repository.workTree().resolve(".git/index"));
    assertThat(index[7]).isEqualTo(Byte.parseByte(version, 10));
    assertThat(repository.status()).isEqualTo(version.equals("3") ? " A new.txt\n" : "");
    assertThat(repository.git("fsck")).isEmpty();
  }

  @Test
  void aRepositoryOfSha256Works() throws Exception {
    TestingRepository repository =
        TestingRepository.init(clones.resolve("clone"), "--object-format=sha256");
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.commit("one");

    new Watched(repository.workTree()).status(A, "Running");

    assertThat(repository.status()).isEmpty();
    assertThat(repository.git("fsck")).isEmpty();
  }

  @Test
  void aLinkedWorkTreeHasItsOwnIndex() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.commit("one");
    repository.git("worktree", "add", "-q", "../linked");
    TestingRepository linked = new TestingRepository(clones.resolve("linked"));

    new Watched(linked.workTree()).status(A, "Running");

    assertThat(linked.status()).isEmpty();
    assertThat(repository.status()).isEmpty();
    assertThat(GitFilter.of(linked.workTree())).isInstanceOf(GitFilter.Ready.class);
  }

  @Test
  void aSubmoduleIsSetUpByItself() throws Exception {
    TestingRepository inner = TestingRepository.init(clones.resolve("inner"));
    inner.write("a.yaml", branch("a"));
    inner.commit("one");
    TestingRepository outer = TestingRepository.init(clones.resolve("outer"));
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "db");
    outer.commit("one");
    TestingRepository module = new TestingRepository(outer.workTree().resolve("db"));
    setUp(module.workTree());
    module.commit("attributes");

    new Watched(module.workTree()).status(A, "Running");

    assertThat(module.status()).isEmpty();
    assertThat(outer.tryGit("config", "--get", GitFilter.PROCESS).code()).isEqualTo(1);
  }

  @Test
  void anotherGitCommandIsNotDisturbedAndItsTurnIsAwaited() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.commit("one");
    Watched watched = new Watched(repository.workTree());
    Path lock = Files.writeString(repository.workTree().resolve(".git/index.lock"), "somebody's");

    watched.status(A, "Running");

    assertThat(Files.readString(lock)).isEqualTo("somebody's");
    assertThat(repository.git("--no-optional-locks", "status", "--porcelain"))
        .isEqualTo(" M a.yaml\n");
    Files.delete(lock);
    watched.time.advance(Duration.ofSeconds(1));
    assertThat(repository.status()).isEmpty();
    try (var left = Files.list(repository.workTree().resolve(".git"))) {
      assertThat(left.filter(file -> file.toString().contains("index"))).hasSize(1);
    }
  }

  /** Left by a git that was killed, or of a commit whose message is being written for an hour. */
  @Test
  void aLockThatStaysIsLookedAtLessAndLess() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.commit("one");
    Watched watched = new Watched(repository.workTree());
    Path lock = Files.createFile(repository.workTree().resolve(".git/index.lock"));
    int looks = 0;
    try (LoggedWarnings warnings = new LoggedWarnings(GitManifests.class)) {
      watched.status(A, "Running");
      assertThat(warnings.messages()).as("an ordinary git command").isEmpty();
      watched.time.advance(Duration.ofMinutes(1));

      Instant end = watched.time.instant().plus(Duration.ofMinutes(1));
      while (watched.time.next().orElseThrow().isBefore(end)) {
        watched.time.advance(
            Duration.between(watched.time.instant(), watched.time.next().orElseThrow()));
        looks++;
      }
      assertThat(warnings.messages())
          .singleElement(as(STRING))
          .contains(lock.toString(), "when no git command is running, remove it");
    }

    assertThat(looks).isBetween(1, 13);
    Files.delete(lock);
    watched.time.advance(Duration.ofSeconds(5));
    assertThat(repository.status()).isEmpty();
  }

  @Test
  void aRealChangeOfTheSameMomentIsNotHidden() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.write("b.yaml", branch("b"));
    repository.commit("one");
    Watched watched = new Watched(repository.workTree());
    // The same size and, for git, the same time as what was added.
    Path other = repository.workTree().resolve("b.yaml");
    var time = Files.getLastModifiedTime(repository.workTree().resolve(".git/index"));
    Files.writeString(other, branch("b").replace("app", "ppa"));
    Files.setLastModifiedTime(other, time);

    watched.status(A, "Running");

    assertThat(Files.getLastModifiedTime(repository.workTree().resolve(".git/index")))
        .isEqualTo(time);
    assertThat(repository.status()).isEqualTo(" M b.yaml\n");
  }

  /** The index is younger than the file then, and git would believe what is remembered of it. */
  @Test
  void aRealChangeBeforeTheStatusIsNotHiddenThoughTheIndexWasWrittenSince() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    Path file = repository.write("a.yaml", branch("a"));
    repository.commit("one");
    Watched watched = new Watched(repository.workTree());
    Files.writeString(file, branch("a").replace("app", "other"));
    watched.scan();
    assertThat(watched.manifests.writeStatus(A, phase("Running"))).isEqualTo(StatusWrite.WRITTEN);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    repository.write("b.txt", "text");
    repository.git("add", "b.txt");

    watched.time.advance(Duration.ofSeconds(1));

    assertThat(repository.status()).isEqualTo(" M a.yaml\nA  b.txt\n");
    assertThat(repository.git("diff")).contains("+spec: {source: {instance: other}}");
  }

  /** It does not look at the files anew before it compares them with the index. */
  @Test
  void aMergeCanBeGivenUpAfterAStatus() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.write("b.yaml", branch("b"));
    repository.commit("one");
    repository.git("checkout", "-qb", "other");
    repository.write("b.yaml", branch("b").replace("app", "other"));
    repository.commit("two");
    repository.git("checkout", "-q", "main");
    repository.write("b.yaml", branch("b").replace("app", "third"));
    repository.commit("three");
    Watched watched = new Watched(repository.workTree());
    assertThat(repository.tryGit("merge", "-q", "other").code()).isEqualTo(1);

    watched.status(A, "Running");
    repository.git("merge", "--abort");

    assertThat(repository.status()).isEmpty();
  }

  @Test
  void withoutTheFilterGitSaysThatAStatusIsAChangeAndTheIndexIsLeftAlone() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    repository.write("a.yaml", branch("a"));
    repository.commit("one");
    byte[] index = Files.readAllBytes(repository.workTree().resolve(".git/index"));

    new Watched(repository.workTree()).status(A, "Running");

    assertThat(Files.readAllBytes(repository.workTree().resolve(".git/index"))).isEqualTo(index);
    assertThat(repository.git("status", "--porcelain", "-uno")).isEqualTo(" M a.yaml\n");
  }

  @Test
  void oneProcessFiltersAllFilesOfACommand() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    for (int i = 0; i < 100; i++) {
      repository.write("b" + i + ".yaml", branch("b" + i) + "status: {phase: Running}\n");
    }
    long before = launcher.runs();

    repository.git("add", "-A");

    assertThat(launcher.runs()).isEqualTo(before + 1);
    repository.git("commit", "-qm", "one");
    assertThat(repository.tryGit("grep", "-q", "phase", "HEAD").code()).isEqualTo(1);
  }

  @Test
  void conflictMarkersAndForeignYamlSurvive() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    String conflict = "<<<<<<< a\r\n" + branch("a") + "=======\nstatus:\n  phase: x\n>>>>>>> b\n";
    String pod = "apiVersion: v1\nkind: Pod\nstatus:\n  phase: Running\n";
    repository.write("conflict.yaml", conflict);
    repository.write("pod.yaml", pod);
    repository.commit("one");

    assertThat(repository.git("show", "HEAD:conflict.yaml")).isEqualTo(conflict);
    assertThat(repository.git("show", "HEAD:pod.yaml")).isEqualTo(pod);
  }

  @Test
  void aCloneSaysThatItMustBeSetUpToo() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    assertThat(GitFilter.of(repository.workTree())).isInstanceOf(GitFilter.NotWanted.class);
    assertThat(GitFilter.of(temp)).isInstanceOf(GitFilter.NoRepository.class);
    setUp(repository.workTree());
    repository.write("a.yaml", branch("a"));
    repository.commit("one");
    repository.git("clone", "-q", ".", "../second");
    Path second = clones.resolve("second");

    assertThat(GitFilter.of(repository.workTree())).isInstanceOf(GitFilter.Ready.class);
    assertThat(GitFilter.of(second))
        .isInstanceOfSatisfying(
            GitFilter.Broken.class,
            broken -> assertThat(broken.remedy()).contains("pglet git setup " + second));
    setUp(second);
    assertThat(GitFilter.of(second)).isInstanceOf(GitFilter.Ready.class);
    Files.delete(launcher.program());
    assertThat(GitFilter.of(second))
        .isInstanceOfSatisfying(
            GitFilter.Broken.class,
            broken ->
                assertThat(broken.problem()).contains(launcher.program() + ", which is gone"));
  }

  /** Else git ends in the middle of the checkout, when the manifest is away already. */
  @ParameterizedTest
  @ValueSource(strings = {"", "#!/bin/sh\nexit 1\n", "#!/bin/sh\nkill -9 $$\n"})
  void aCheckoutWithoutAWorkingProgramLosesNoManifest(String program) throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    setUp(repository.workTree());
    Path file = repository.write("a.yaml", branch("a"));
    repository.commit("one");
    repository.git("checkout", "-qb", "other");
    repository.write("a.yaml", branch("a").replace("app", "other"));
    repository.commit("two");
    assertThat(repository.status()).isEmpty();
    Files.delete(launcher.program());
    if (!program.isEmpty()) {
      launcher.replace(program);
    }

    Ended ended = repository.tryGit("checkout", "-q", "main");

    assertThat(ended.err()).contains("run: pglet doctor");
    assertThat(ended.code()).isZero();
    assertThat(Files.readString(file)).isEqualTo(branch("a"));
    assertThat(repository.status()).isEmpty();
  }

  @Test
  void namesFilesThatHaveAStatusInGitAlready() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    repository.write("a.yaml", branch("a") + "status: {phase: Running}\n");
    repository.commit("one");

    assertThat(setUp(repository.workTree())).contains("a.yaml").contains("add --renormalize .");
    assertThat(repository.status()).contains(" M a.yaml");
    repository.git("add", "--renormalize", ".");
    repository.commit("two");

    assertThat(repository.git("show", "HEAD:a.yaml")).isEqualTo(branch("a"));
    assertThat(setUp(repository.workTree())).doesNotContain("a.yaml");
  }

  @Test
  void setUpTwiceIsSetUpOnceAndUndoTakesExactlyItBack() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    Path attributes = repository.write(".gitattributes", "*.sql text");
    Path file = repository.write("a.yaml", branch("a"));
    repository.commit("one");
    setUp(repository.workTree());
    setUp(repository.workTree());
    assertThat(Files.readAllLines(attributes)).hasSize(4).doesNotHaveDuplicates();
    repository.commit("two");
    new Watched(repository.workTree()).status(A, "Running");
    assertThat(repository.status()).isEmpty();

    assertThat(undo(repository.workTree())).contains("names it no more");

    assertThat(Files.readString(attributes)).isEqualTo("*.sql text\n");
    assertThat(repository.git("config", "--list")).doesNotContain("pglet");
    assertThat(repository.status()).contains(" M a.yaml");
    assertThat(Files.readString(file)).contains("phase: Running");
    assertThat(undo(repository.workTree())).contains("did not name it");
  }

  @Test
  void undoLeavesOtherLinesAsTheyEndAndTheEndOfAFileThatHasNone() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    Path attributes = repository.write(".gitattributes", "*.sql text\r\n*.csv text\r\n");
    setUp(repository.workTree());
    Files.writeString(attributes, "*.png binary", StandardOpenOption.APPEND);

    undo(repository.workTree());

    assertThat(attributes).content().isEqualTo("*.sql text\r\n*.csv text\r\n*.png binary");
  }

  @Test
  void undoKeepsTheFilterForAnotherDirectoryOfTheRepository() throws Exception {
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    Path one = Files.createDirectories(repository.workTree().resolve("one"));
    Path two = Files.createDirectories(repository.workTree().resolve("two"));
    setUp(one);
    setUp(two);

    assertThat(undo(one)).contains("stays").contains("two/.gitattributes");

    assertThat(one.resolve(".gitattributes")).doesNotExist();
    assertThat(GitFilter.of(two)).isInstanceOf(GitFilter.Ready.class);
    assertThat(undo(two)).contains("out of this clone's configuration");
  }

  @Test
  void refusesWhatItCannotDoAndSaysWhatToDo() throws Exception {
    assertThatThrownBy(() -> setUp(clones))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.remedy()).contains("git init " + clones));
    TestingRepository repository = TestingRepository.init(clones.resolve("clone"));
    repository.write(".gitattributes", "*.yaml filter=lfs\n");
    assertThatThrownBy(() -> setUp(repository.workTree()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("lfs");
    assertThat(Files.readString(repository.workTree().resolve(".gitattributes")))
        .isEqualTo("*.yaml filter=lfs\n");
    Ended config = repository.tryGit("config", "--get", GitFilter.PROCESS);
    assertThat(config.code()).isEqualTo(1);
  }
}
