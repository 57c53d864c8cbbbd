package dev.pglet.reconcile.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.TestingRepository;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** People at work in a repository, and time passing. Nothing that they do is checked but here. */
final class Year {
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofSeconds(40),
          Duration.ofMinutes(5));

  private final TestingRepository repository;
  private final TestingEngine engine;
  private final TestingScheduler time;
  private final Deletions deletions;
  private final Boxes boxes;
  private final Work work;
  private final Random random;
  private final Map<String, Integer> seen = new TreeMap<>();
  private int branches;

  Year(
      TestingRepository repository,
      TestingEngine engine,
      TestingScheduler time,
      ToyHost host,
      long seed) {
    this.repository = repository;
    this.engine = engine;
    this.time = time;
    this.random = new Random(seed);
    this.boxes = new Boxes(repository);
    this.deletions = new Deletions(host, time);
    this.work = new Work(boxes, random, this::note);
    for (String what :
        List.of(
            "merge",
            "rebase",
            "conflict",
            "revert",
            "rename",
            "move",
            "delete",
            "held",
            "confirmed",
            "revert of a deletion",
            "not confirmed",
            "stash")) {
      seen.put(what, 0);
    }
  }

  Set<Map.Entry<String, Integer>> seen() {
    return seen.entrySet();
  }

  int commits() throws Exception {
    return Integer.parseInt(repository.git("rev-list", "--count", "--all").strip());
  }

  void live(int commits) throws Exception {
    repository.commit("set up");
    for (int i = 0; i < 12; i++) {
      work.add();
      commit("begin");
    }
    for (int made = commits(); made < commits; made = commits()) {
      if (random.nextInt(100) < 15) {
        branch();
      } else {
        change();
      }
      if (random.nextInt(100) < 3) {
        confirm();
      }
    }
  }

  /** Lets everything settle, and consents to what is held; that. */
  List<ResourceKey> end() throws Exception {
    // At the very end several go at once.
    work.deleteSome(3);
    commit("many go");
    pass(Duration.ofMinutes(10));
    List<ResourceKey> held = engine.engine().heldPrunes();
    Set<String> wanted = boxes.wanted().orElseThrow().keySet();
    assertThat(held).noneMatch(key -> wanted.contains(key.name()));
    assertThat(held).allMatch(key -> engine.engine().get(key).isPresent());
    deletions.confirmed(engine.engine().confirmPrunes(engine.engine().heldPrunes()));
    pass(Duration.ofMinutes(10));
    return held;
  }

  /** Somebody consents to what is held, however the work tree is just then. */
  private void confirm() throws Exception {
    tryToConfirm();
    pass(Duration.ofSeconds(2));
  }

  private void tryToConfirm() throws Exception {
    try {
      deletions.confirmed(engine.engine().confirmPrunes(engine.engine().heldPrunes()));
      note("confirmed");
    } catch (Refused e) {
      assertThat(e.reason()).isEqualTo("PruneBlocked");
      note("not confirmed");
    }
  }

  private void note(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  /** One commit, or a revert of an earlier one. */
  private void change() throws Exception {
    if (random.nextInt(100) < 10) {
      revert();
    } else {
      work.change();
      if (random.nextInt(100) < 5) {
        stash();
      }
      commit("change");
    }
    if (boxes.wanted().isEmpty()) {
      goBack("HEAD~1");
    }
    pass(PAUSES.get(random.nextInt(PAUSES.size())));
  }

  private void commit(String message) throws Exception {
    repository.git("add", "-A");
    repository.git("commit", "-q", "--allow-empty", "-m", message);
  }

  private void stash() throws Exception {
    repository.git("add", "-A");
    if (repository.git("stash").startsWith("Saved")) {
      note("stash");
      pass(Duration.ofSeconds(10));
      repository.git("stash", "pop", "-q");
    }
  }

  private void revert() throws Exception {
    String target = "HEAD~" + random.nextInt(6);
    if (repository.tryGit("revert", "--no-edit", target).code() == 0) {
      note("revert");
      if (!repository.git("diff", "--name-only", "--diff-filter=A", "HEAD~1", "HEAD").isBlank()) {
        note("revert of a deletion");
      }
    } else if (repository.tryGit("revert", "--abort").code() != 0) {
      repository.git("reset", "-q", "--hard"); // a merge, of which no revert has begun
    }
  }

  /** Work beside the main branch, and back into it. */
  private void branch() throws Exception {
    String name = "side" + branches++;
    repository.git("checkout", "-q", "-b", name);
    for (int i = random.nextInt(4); i >= 0; i--) {
      change();
    }
    repository.git("checkout", "-q", "main");
    pass(PAUSES.get(random.nextInt(PAUSES.size())));
    for (int i = random.nextInt(3); i > 0; i--) {
      change();
    }
    String before = repository.git("rev-parse", "HEAD").strip();
    if (random.nextBoolean()) {
      merge(name);
    } else {
      rebase(name);
    }
    if (boxes.wanted().isEmpty()) {
      goBack(before);
    }
    pass(PAUSES.get(random.nextInt(PAUSES.size())));
    repository.git("branch", "-q", "-D", name);
  }

  private void merge(String name) throws Exception {
    if (repository.tryGit("merge", "-q", "--no-ff", "--no-edit", name).code() == 0) {
      note("merge");
      return;
    }
    leaveConflict();
    repository.git("merge", "--abort");
    if (repository.tryGit("merge", "-q", "--no-edit", "-X", "ours", name).code() != 0) {
      repository.git("merge", "--abort");
    }
  }

  private void rebase(String name) throws Exception {
    repository.git("checkout", "-q", name);
    if (repository.tryGit("rebase", "-q", "main").code() == 0) {
      note("rebase");
    } else {
      leaveConflict();
      repository.git("rebase", "--abort");
      if (repository.tryGit("rebase", "-q", "-X", "theirs", "main").code() != 0) {
        repository.git("rebase", "--abort");
        repository.git("checkout", "-q", "main");
        return;
      }
    }
    repository.git("checkout", "-q", "main");
    repository.git("merge", "-q", "--ff-only", name);
  }

  /** Somebody goes home with conflict markers in the files. */
  private void leaveConflict() throws Exception {
    if (boxes.wanted().isEmpty()) {
      note("conflict");
    }
    passUnfinished(Duration.ofMinutes(5));
    tryToConfirm();
    passUnfinished(Duration.ofMinutes(1));
  }

  /** What git has put together is no valid set of manifests; after a while somebody sees it. */
  private void goBack(String commit) throws Exception {
    passUnfinished(Duration.ofMinutes(5));
    repository.git("reset", "-q", "--hard", commit);
  }

  /** Nobody has changed anything since the last commit. */
  private void clean() throws Exception {
    assertThat(repository.status()).isEmpty();
    if (random.nextInt(10) == 0) {
      assertThat(repository.git("diff")).isEmpty();
    }
  }

  /** Time passes over a commit. */
  private void pass(Duration duration) throws Exception {
    clean();
    passUnfinished(duration);
    // Git is told of a status 50 ms after it was written.
    while (isDueWithin(Duration.ofMillis(50))) {
      engine.advance(Duration.ofMillis(50));
    }
    deletions.check();
    if (!duration.isZero()) {
      clean();
    }
  }

  /** Time passes over whatever is in the work tree. */
  private void passUnfinished(Duration duration) throws Exception {
    deletions.look(boxes.wanted());
    engine.engine().rescan();
    engine.advance(duration);
    deletions.check();
    if (!engine.engine().heldPrunes().isEmpty()) {
      note("held");
    }
  }

  private boolean isDueWithin(Duration duration) {
    Instant end = time.instant().plus(duration);
    return time.next().filter(next -> !next.isAfter(end)).isPresent();
  }
}
