package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A real daemon in namespaces of its own, whose limits and mounts are changed as no test may change
 * those of the host. Needs no root, but a kernel that lets this user have such namespaces.
 */
@Timeout(180)
final class TestWatchedDirectory {
  /** The caller's timer comes every half minute. */
  private static final Duration BY_THE_TIMER = Duration.ofSeconds(90);

  /** Two seconds, and what a verb takes on a slow machine. */
  private static final Duration SEEN_AT_ONCE = Duration.ofSeconds(12);

  private static final int THOUSAND = 1000;

  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(
        run(List.of("unshare", "--user", "--map-root-user", "--mount", "true")).code() == 0,
        "this kernel gives this user no namespaces");
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    if (pglet != null) {
      pglet.close();
    }
  }

  private record Ran(int code, String out) {}

  private static Ran run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    return new Ran(process.exitValue(), out);
  }

  /** A daemon in new namespaces, in which commands were run before. */
  private DaemonProcess daemon(String before) throws IOException {
    String script = "set -e; " + before + "; exec \"$@\"";
    return DaemonProcess.start(
        pglet,
        List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"));
  }

  private static String template(String name) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: Template
        metadata:
          name: %s
        spec:
          parameters: {work_mem: 5MB}
        """
        .formatted(name);
  }

  private static void awaitListed(DaemonProcess daemon, Duration within, String... names)
      throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          assertThat(daemon.verb("get", "templates", "--no-headers").lines())
              .as(daemon.log())
              .extracting(line -> line.split(" ", 2)[0])
              .contains(names);
          return "";
        },
        within);
  }

  @Test
  void withoutAnyInotifyInstanceTheTimerSeesChangesAndTheUserIsTold() throws Exception {
    pglet.write("one.yaml", template("one"));
    try (DaemonProcess daemon = daemon("echo 0 > /proc/sys/user/max_inotify_instances")) {
      awaitListed(daemon, Pglet.SOON, "one");
      assertThat(daemon.log()).contains("changes of manifests are seen late");
      assertThat(daemon.verb("get", "templates"))
          .contains("late: " + pglet.manifests() + " cannot be watched (User limit of inotify")
          .contains("run: sysctl fs.inotify.max_user_instances");
      assertThat(daemon.verb(1, "doctor"))
          .contains("problem  inotify        " + pglet.manifests() + " cannot be watched");

      pglet.write("two.yaml", template("two"));
      awaitListed(daemon, BY_THE_TIMER, "one", "two");
    }
  }

  @Test
  void withTooFewInotifyWatchesTheUserIsToldWhichDirectoriesAreSeenLate() throws Exception {
    Path below = Files.createDirectory(pglet.manifests().resolve("below"));
    Files.writeString(below.resolve("one.yaml"), template("one"));
    try (DaemonProcess daemon = daemon("echo 1 > /proc/sys/user/max_inotify_watches")) {
      awaitListed(daemon, Pglet.SOON, "one");
      assertThat(daemon.verb("get", "templates"))
          .contains("late: " + below + " cannot be watched (User limit of inotify watches");

      pglet.write("two.yaml", template("two"));
      awaitListed(daemon, BY_THE_TIMER, "one", "two");
    }
  }

  /** Changes what is mounted where the daemon is. */
  private static void inside(DaemonProcess daemon, String... command) throws Exception {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("nsenter", "--target", String.valueOf(daemon.pid()), "--user"));
    words.addAll(List.of("--preserve-credentials", "--mount"));
    words.addAll(List.of(command));
    Ran ran = run(words);
    assertThat(ran.code()).as("%s: %s", words, ran.out()).isEqualTo(0);
  }

  @Test
  void aFileSystemThatIsUnmountedAndMountedAgainDeletesNothing() throws Exception {
    String root = pglet.manifests().toString();
    Path one = Files.writeString(pglet.base().resolve("one.yaml"), template("one"));
    String mount = "mount -t tmpfs -o mode=755 none " + root + "; cp " + one + " " + root;
    try (DaemonProcess daemon = daemon(mount)) {
      awaitListed(daemon, Pglet.SOON, "one");

      inside(daemon, "umount", root);
      awaitLog(daemon, SEEN_AT_ONCE, "nothing is deleted for it");
      pglet.write("two.yaml", template("two"));
      awaitListed(daemon, SEEN_AT_ONCE, "one", "two");
      // It was decided what becomes of the one whose manifest is gone.
      awaitLog(daemon, BY_THE_TIMER, "They keep running");
      awaitListed(daemon, Duration.ZERO, "one", "two");

      Path changed =
          Files.writeString(
              pglet.base().resolve("changed.yaml"), template("one").replace("5MB", "7MB"));
      inside(daemon, "mount", "-t", "tmpfs", "-o", "mode=755", "none", root);
      inside(daemon, "cp", changed.toString(), root + "/one.yaml");
      TestInstanceForReal.eventually(
          () -> {
            assertThat(daemon.verb("get", "template/one", "-o", "yaml")).contains("7MB");
            return "";
          },
          SEEN_AT_ONCE);
      awaitListed(daemon, Duration.ZERO, "one", "two");
    }
  }

  private static void awaitLog(DaemonProcess daemon, Duration within, String text)
      throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          assertThat(daemon.log()).contains(text);
          return "";
        },
        within);
  }

  @Test
  void aCheckoutOfAThousandFilesIsInForceAtOnceAndDeletesNothing() throws Exception {
    git("init", "--quiet", "--initial-branch=five");
    for (int i = 0; i < THOUSAND; i++) {
      pglet.write("t" + i + ".yaml", template("t" + i));
    }
    commit();
    git("checkout", "--quiet", "-b", "six");
    for (int i = 0; i < THOUSAND; i++) {
      pglet.write("t" + i + ".yaml", template("t" + i).replace("5MB", "6MB"));
    }
    commit();
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      awaitAll(daemon, Pglet.SOON, "6MB");
      // Back and forth, over the statuses, and then quiet: only the last counts.
      for (String branch : List.of("five", "six", "five")) {
        git("checkout", "--quiet", "--force", branch);
      }
      awaitAll(daemon, SEEN_AT_ONCE, "5MB");
      assertThat(daemon.log()).doesNotContain("Missing:");
    }
  }

  private void git(String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("git", "-C", pglet.manifests().toString()));
    command.addAll(List.of("-c", "user.name=test", "-c", "user.email=test@example.org"));
    command.addAll(List.of(words));
    Ran ran = run(command);
    assertThat(ran.code()).as("%s: %s", command, ran.out()).isEqualTo(0);
  }

  private void commit() throws Exception {
    git("add", ".");
    git("commit", "--quiet", "--message=all");
  }

  private static void awaitAll(DaemonProcess daemon, Duration within, String memory)
      throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          String templates = daemon.verb("get", "templates", "-o", "yaml");
          assertThat(templates.lines().filter(line -> line.endsWith("work_mem: " + memory)))
              .as(daemon.log())
              .hasSize(THOUSAND);
          return "";
        },
        within);
  }
}
