package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.StateDirectory;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk without room: a small one of its own is mounted, which only root may do. */
final class TestFullDisk {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Path disk;
  private final TestingScheduler time = new TestingScheduler();
  private final ToyHost host = new ToyHost();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private @Nullable TestingEngine engine;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=256k,mode=755", "tmpfs", disk.toString()),
        "this needs the right to mount");
    Files.createDirectories(disk.resolve("manifests"));
    write("box", "size: 3, colour: red");
  }

  private void start(Path dataRoot) throws Exception {
    TestingEngine opened =
        TestingEngine.open(
            dataRoot,
            List.of(new ToyProvider(host)),
            new ManifestDirectory(
                disk.resolve("manifests"),
                ToyProvider.registry(),
                time,
                TrustRule.forThisProcess(),
                (delay, task) -> time.schedule(delay, task)),
            time,
            parts ->
                parts.listenedToBy(
                    new EngineListener() {
                      @Override
                      public void problem(String problem) {
                        problems.add(problem);
                      }
                    }));
    engine = opened.start();
    opened.converge();
    // What was displaced by a status is kept for two seconds, and takes room so long.
    opened.advance(Duration.ofSeconds(10));
  }

  @AfterEach
  void unmount() throws Exception {
    if (engine != null) {
      engine.close();
    }
    run("umount", disk.toString());
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  private TestingEngine engine() {
    return Objects.requireNonNull(engine);
  }

  private Path manifest(String name) {
    return disk.resolve("manifests").resolve(name + ".yaml");
  }

  private void write(String name, String spec) throws IOException {
    Files.writeString(manifest(name), document(name, spec));
  }

  private void fill() throws IOException {
    try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
      byte[] page = new byte[4096];
      for (int i = 0; i < 1000; i++) {
        out.write(page);
      }
      throw new AssertionError("the disk is larger than was asked for");
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private void free() throws IOException {
    Files.delete(disk.resolve("filler"));
  }

  private void scanFor(Duration duration) throws InterruptedException {
    engine().engine().rescan();
    engine().advance(duration);
  }

  @Test
  void whatCannotBeRememberedIsNotBegunAndSaidAndBegunWhenThereIsRoom() throws Exception {
    start(disk.resolve("data"));
    // What is longer than a block does not fit into the last one of a file.
    Files.writeString(manifest("other"), document("other", "size: 1") + "# long\n".repeat(2000));
    fill();
    scanFor(Duration.ofMinutes(3));

    assertThat(host.boxes()).as("nothing is begun that a crash would forget").containsOnlyKeys(BOX);
    assertThat(problems)
        .anyMatch(problem -> problem.contains("inventory") && problem.contains("Free some space"));
    assertThat(StateDirectory.look(disk.resolve("data/state"), time).inventory().all())
        .extracting(InventoryEntry::key)
        .containsExactly(BOX);

    free();
    scanFor(Duration.ofMinutes(1));

    assertThat(host.boxes()).containsOnlyKeys(BOX, key("other"));
    assertThat(engine().engine().standing().succeeded()).isTrue();
  }

  @Test
  void aStatusThatCannotBeWrittenTearsNoManifestAndIsWrittenLater() throws Exception {
    start(directory.resolve("data"));
    String document = document("box", "size: 3, colour: blue");
    Files.writeString(manifest("box"), document);
    fill();
    String before = Files.readString(manifest("box"));
    scanFor(Duration.ofMinutes(3));

    assertThat(Files.readString(manifest("box"))).isEqualTo(before).isEqualTo(document);
    try (var files = Files.list(disk.resolve("manifests"))) {
      assertThat(files).as("nothing half written is left").containsExactly(manifest("box"));
    }
    assertThat(engine().engine().events(BOX))
        .anySatisfy(
            event -> {
              assertThat(event.reason()).isEqualTo("StatusNotWritten");
              assertThat(event.message()).contains("toy/box", "No space left");
            });
    free();
    engine().advance(Duration.ofMinutes(3));

    assertThat(Files.readString(manifest("box"))).startsWith(document).contains("status:");
    assertThat(host.box(BOX).orElseThrow().colour()).contains("blue");
  }
}
