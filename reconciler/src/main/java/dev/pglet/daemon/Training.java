package dev.pglet.daemon;

import dev.pglet.cli.Session;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What the launcher runs after a build, so that the JVM can keep the classes that are loaded: once
 * as the daemon and as the verbs that find none and observe by themselves, once as the verbs that
 * ask a daemon. The JVM links all classes of a cache at each start, and the latter need a third of
 * the others'. On a data root of its own that is removed; nothing that is applied here makes the
 * daemon touch the host.
 */
final class Training {
  private static final String ORPHAN =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: training
      spec:
        source:
          instance: none
      """;

  /** A daemon of root makes an account for its servers, but not because something was built. */
  private static final List<String> ACCOUNT =
      "root".equals(System.getProperty("user.name")) ? List.of("--account=nobody") : List.of();

  private final Path data;
  private final Path manifests;
  private final String home = System.getProperty("pglet.home", ".");

  private Training(Path root) throws IOException {
    data = root.resolve("data");
    manifests = Files.createDirectory(root.resolve("manifests"));
  }

  /**
   * Trains.
   *
   * @param what {@code daemon} or {@code verbs}
   */
  static void run(String what) {
    try {
      Path root = Files.createTempDirectory("pglet-training");
      try {
        Training training = new Training(root);
        switch (what) {
          case "daemon" -> training.daemon();
          case "verbs" -> training.verbs(Files.writeString(root.resolve("branch.yaml"), ORPHAN));
          default -> throw new IllegalArgumentException("pglet.training is daemon or verbs");
        }
      } finally {
        Remains.tree(root, Remains.Removal.ON_DISK);
      }
    } catch (IOException e) {
      throw new IllegalStateException("training needs a temporary directory: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void daemon() throws InterruptedException {
    filter();
    verb("version");
    verb("get", "all");
    Thread daemon = Thread.ofPlatform().daemon().start(() -> verb("run", manifests.toString()));
    if (awaitSocket(daemon::isAlive)) {
      verb("get", "all");
      verb("get", "all", "-o", "yaml");
      verb("events");
      verb("cleanup", "--all", "--data", "--yes");
    }
    daemon.join(10_000);
  }

  private void verbs(Path branch) throws IOException, InterruptedException {
    filter();
    verb("help");
    verb("help", "get");
    verb("validate", home + "/examples");
    List<String> run = new ArrayList<>();
    run.add(ProcessHandle.current().info().command().orElse("java"));
    run.add("--enable-native-access=ALL-UNNAMED");
    run.addAll(List.of("-jar", System.getProperty("java.class.path")));
    run.addAll(List.of("run", manifests.toString(), "--data-root=" + data));
    run.addAll(ACCOUNT);
    Process daemon =
        new ProcessBuilder(run)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    // Also when the launcher's patience ends.
    Runtime.getRuntime().addShutdownHook(new Thread(daemon::destroy));
    try {
      if (awaitSocket(daemon::isAlive)) {
        verb("version");
        verb("get", "pg");
        verb("apply", "-f", branch.toString());
        // Checks an instance as an apply does, and makes none.
        verb("apply", "-f", home + "/examples/quickstart/app.yaml", "--dry-run");
        verb("diff", "-f", home + "/examples/quickstart/app.yaml");
        verb("wait", "branch/training", "--for=condition=Ready=False", "--timeout=5s");
        verb("get", "all");
        verb("get", "branch", "training", "-o", "yaml");
        verb("describe", "branch/training");
        verb("events");
      }
    } finally {
      daemon.destroy();
      if (!daemon.waitFor(10, TimeUnit.SECONDS)) {
        daemon.destroyForcibly();
      }
    }
  }

  /** What git says to its filter for one file. */
  private static void filter() {
    String content = ORPHAN + "status: {phase: Pending}\n";
    String said =
        "0016git-filter-client\n000eversion=2\n00000015capability=clean\n0016capability=smudge\n0000"
            + "0012command=clean\n0000%04x%s0000".formatted(content.length() + 4, content);
    run(List.of("git", "filter"), said);
  }

  private boolean awaitSocket(BooleanSupplier runs) throws InterruptedException {
    Path socket = data.resolve("run/pglet.sock");
    for (int i = 0; i < 600 && runs.getAsBoolean(); i++) {
      if (Files.exists(socket)) {
        return true;
      }
      Thread.sleep(50);
    }
    return false;
  }

  private void verb(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.add("--data-root=" + data);
    arguments.add("--manifests=" + manifests);
    arguments.addAll(ACCOUNT);
    run(arguments, "");
  }

  private static void run(List<String> arguments, String input) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Main.run(
        arguments,
        new Session.Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), nowhere, nowhere));
  }
}
