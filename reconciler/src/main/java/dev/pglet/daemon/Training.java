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

/**
 * What the launcher runs once after a build, so that the JVM can keep the classes that the verbs
 * load: verbs without a daemon and with one, on a data root of its own that is removed.
 */
final class Training {
  private Training() {}

  static void run() {
    try {
      Path root = Files.createTempDirectory("pglet-training");
      try {
        Path manifests = Files.createDirectory(root.resolve("manifests"));
        train(root.resolve("data"), manifests);
      } finally {
        Remains.tree(root);
      }
    } catch (IOException e) {
      throw new IllegalStateException("training needs a temporary directory: " + e, e);
    }
  }

  private static void train(Path data, Path manifests) {
    String examples = Path.of(System.getProperty("pglet.home", "."), "examples").toString();
    verb(data, manifests, "help");
    verb(data, manifests, "help", "get");
    verb(data, manifests, "validate", examples);
    verb(data, manifests, "version");
    verb(data, manifests, "get", "all");
    Thread daemon =
        Thread.ofPlatform()
            .daemon()
            .start(() -> verb(data, manifests, "run", manifests.toString()));
    if (awaitSocket(data.resolve("run/pglet.sock"), daemon)) {
      for (int i = 0; i < 3; i++) {
        verb(data, manifests, "get", "pg");
      }
      verb(data, manifests, "get", "all", "-o", "yaml");
      verb(data, manifests, "describe", "pg/none");
      verb(data, manifests, "events");
      verb(data, manifests, "wait", "pg/none", "--for=delete");
      verb(data, manifests, "cleanup", "--all", "--data", "--yes");
    }
    try {
      daemon.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean awaitSocket(Path socket, Thread daemon) {
    try {
      for (int i = 0; i < 200 && daemon.isAlive(); i++) {
        if (Files.exists(socket)) {
          return true;
        }
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private static void verb(Path data, Path manifests, String... words) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.add("--data-root=" + data);
    arguments.add("--manifests=" + manifests);
    Main.run(
        arguments, new Session.Console(new ByteArrayInputStream(new byte[0]), nowhere, nowhere));
  }
}
