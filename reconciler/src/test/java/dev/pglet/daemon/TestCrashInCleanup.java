package dev.pglet.daemon;

import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.TestingVerb;
import dev.pglet.daemon.verb.CleanupCommand;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.SystemScheduler;
import dev.pglet.reconcile.testing.CrashPoint;
import dev.pglet.reconcile.testing.CrashPoint.SimulatedCrash;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyHost.Box;
import dev.pglet.reconcile.testing.ToyProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code pglet cleanup} dies before and after each thing that it removes, and is asked again: in
 * the end all is gone that pglet had made, once, and nothing else.
 */
final class TestCrashInCleanup {
  private static final List<String> OURS =
      List.of(
          ".probe123",
          "binaries/18.6/bin/postgres",
          "binaries/trusted.json",
          "clusters/0123456789abcdef-0123456789abcdef/global/pg_control",
          "managed/of-a-root/default/x",
          "pools/0123456789abcdef.json",
          "secrets/_ca/ca.key",
          "secrets/default/toy-box/pgpass",
          "state/conditions/0a1b.json",
          "state/events.jsonl",
          "state/inventory.json",
          "state/inventory.jsonl",
          "state/operations/copy-1.json",
          "state/revisions/0a1b.json",
          "volumes/.probe-123/run");

  private static final List<String> OURS_TO_RUN_IN =
      List.of("pglet.sock", "0a1b2c3d/.s.PGSQL.5432.lock", "0a1b2c3d/private/.s.PGSQL.5432");

  @TempDir(factory = InMemory.class)
  private Path directory;

  private final SystemScheduler scheduler = new SystemScheduler();

  @AfterEach
  void close() {
    scheduler.close();
  }

  /** A data root in use, in a directory that somebody keeps a file in. */
  private final class Place {
    private final Path base = Files.createTempDirectory(directory, "cleanup");
    private final ToyHost host = new ToyHost();

    Place() throws IOException {
      for (String file : OURS) {
        // Empty directories are all that is removed of some.
        Path path = base.resolve("data").resolve(file);
        Files.createDirectories(path.getParent());
        if (!file.endsWith("/x")) {
          Files.writeString(path, "x");
        }
      }
      for (String file : OURS_TO_RUN_IN) {
        write("run/" + file);
      }
      write("data/notes.txt");
      write("run/app.sock");
      write("manifests/a.yaml");
      for (String name : List.of("a", "b")) {
        host.change(key(name), new Box("uid", "root", 1, true, Optional.empty(), false));
      }
    }

    private void write(String file) throws IOException {
      Path path = base.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "x");
    }

    /** One life of the command. */
    int cleanUp(CrashPoint point) {
      host.operationsPassBy(point);
      Settings settings =
          new Settings(base.resolve("data"), base.resolve("run"), Optional.empty(), false);
      CleanupCommand command =
          new CleanupCommand(
              session ->
                  new Cleanup(
                      session.settings(),
                      List.of(new ToyProvider(host)),
                      new HostContext(session.settings(), InstantSource.system(), scheduler),
                      path -> remove(path, point)));
      return new TestingVerb(command, new TestingBackend(), directory)
          .of(settings)
          .run("--all", "--data", "--yes");
    }

    private void remove(Path path, CrashPoint point) throws IOException {
      point.reach("before removing " + base.relativize(path));
      Files.deleteIfExists(path);
      point.reach("after removing " + base.relativize(path));
    }

    String endState() throws IOException {
      try (Stream<Path> files = Files.walk(base)) {
        return host.boxes()
            + " "
            + host.acts()
            + " "
            + files.map(file -> base.relativize(file).toString()).sorted().toList();
      }
    }
  }

  @Test
  void whereverItDiesItGoesOnFromThereWhenItIsAskedAgain() throws Exception {
    CrashPoint never = CrashPoint.never();
    Place whole = new Place();
    assertThat(whole.cleanUp(never)).isZero();
    String expected = whole.endState();
    assertThat(expected)
        .isEqualTo(
            "{} [Burn toy/a, Burn toy/b]"
                + " [, data, data/notes.txt, manifests, manifests/a.yaml, run, run/app.sock]");
    assertThat(never.moments()).isGreaterThan(80);

    for (int moment = 0; moment < never.moments(); moment++) {
      CrashPoint point = CrashPoint.at(moment);
      Place place = new Place();
      assertThatThrownBy(() -> place.cleanUp(point)).isInstanceOf(SimulatedCrash.class);
      assertThat(place.cleanUp(CrashPoint.never())).as("%s", point).isZero();
      assertThat(place.endState()).as("%s", point).isEqualTo(expected);
    }
  }
}
