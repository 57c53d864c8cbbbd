package dev.pglet.reconcile.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.git.GitSetup;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.git.GitManifests;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyHost.Box;
import dev.pglet.reconcile.testing.ToyProvider;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five hundred commits in a repository that is the manifest directory, with the engine running all
 * the time: real files and the real git, virtual time. Another seed: {@code -Dpglet.seed=…}.
 */
final class TestYearOfGitOps {
  private static final int COMMITS = 500;

  @TempDir private Path temp;

  @Test
  @Timeout(600)
  void theWorldEndsAsTheLastCommitAndNothingIsDeletedUnasked() throws Exception {
    long seed = Long.getLong("pglet.seed", 20_261_121L);
    System.out.println("a year of GitOps: -Dpglet.seed=" + seed);
    Path home = temp.toRealPath();
    TestingRepository repository = TestingRepository.init(home.resolve("manifests"));
    repository.git("config", "gc.auto", "0"); // each command would look whether it is time
    TestingScheduler time = new TestingScheduler();
    ToyHost host = new ToyHost();
    try (TestingFilters filters = new TestingFilters(home.resolve("filters"));
        GitManifests manifests = manifests(repository, time);
        TestingEngine engine =
            TestingEngine.open(
                home.resolve("data"),
                List.of(new ToyProvider(host)),
                manifests,
                time,
                parts -> parts)) {
      PrintStream nowhere =
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
      GitSetup.in(repository.workTree(), nowhere).install(filters.script());
      engine.start();
      Year year = new Year(repository, engine, time, host, seed);

      year.live(COMMITS);
      List<ResourceKey> held = year.end();

      assertThat(filters.failures()).isEmpty();
      assertThat(year.commits()).isGreaterThanOrEqualTo(COMMITS);
      assertThat(year.seen())
          .as("what the year must have had in it")
          .allMatch(e -> e.getValue() > 0);
      assertThat(held).as("held at the end").isNotEmpty();
      assertThat(world(host)).isEqualTo(new Boxes(repository).wanted().orElseThrow());
      assertThat(engine.engine().heldPrunes()).isEmpty();
      assertThat(repository.status()).isEmpty();
      assertThat(repository.git("log", "--all", "--oneline", "-G^status:")).isEmpty();
      assertThat(repository.tryGit("grep", "-L", "^status:", "--", "*.yaml").out())
          .as("in the work tree every manifest has its status")
          .isEmpty();
      assertThat(repository.git("fsck", "--no-dangling")).isEmpty();
    }
  }

  private static GitManifests manifests(TestingRepository repository, TestingScheduler time) {
    TrustRule trust = TrustRule.ofOrdinaryUser();
    return new GitManifests(
        new ManifestDirectory(repository.workTree(), Boxes.KINDS, time, trust, time::schedule),
        trust,
        time::schedule);
  }

  /** What is there and in use. */
  private static Map<String, Boxes.Wanted> world(ToyHost host) {
    Map<String, Boxes.Wanted> world = new TreeMap<>();
    for (Map.Entry<ResourceKey, Box> box : host.boxes().entrySet()) {
      if (!box.getValue().abandoned()) {
        world.put(
            box.getKey().name(),
            new Boxes.Wanted(box.getValue().size(), box.getValue().colour().orElse("none")));
      }
    }
    return world;
  }
}
