package dev.pglet.reconcile.testing;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.observe.EngineListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Boxes by manifests in real files, virtual time, and one daemon after another on them. */
public final class BoxFiles implements AutoCloseable {
  private final Path root;
  private final Path dataRoot;
  private final TrustRule trust = TrustRule.forThisProcess();
  private final TestingScheduler time = new TestingScheduler();
  private final ToyHost host = new ToyHost();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private Optional<TestingEngine> engine = Optional.empty();

  public BoxFiles(Path directory) throws IOException {
    this.root = Files.createDirectories(directory.resolve("manifests")).toRealPath();
    this.dataRoot = directory.resolve("data");
  }

  public ToyHost host() {
    return host;
  }

  public TestingScheduler time() {
    return time;
  }

  public List<String> problems() {
    return problems;
  }

  public Path file(String name) {
    return root.resolve(name);
  }

  /** In place, as {@code >} does. */
  public BoxFiles write(String name, String text) throws IOException {
    Files.createDirectories(file(name).getParent());
    Files.writeString(file(name), text);
    return this;
  }

  public String read(String name) throws IOException {
    return Files.readString(file(name));
  }

  public void delete(String name) throws IOException {
    Files.delete(file(name));
  }

  public TestingEngine engine() {
    return engine.orElseThrow();
  }

  /** A daemon that remembers nothing but what is on the disk. */
  public TestingEngine start() throws ReconcileException {
    TestingEngine opened =
        TestingEngine.open(
            dataRoot,
            List.of(new ToyProvider(host)),
            new ManifestDirectory(
                root,
                ToyProvider.registry(),
                time,
                trust,
                (delay, task) -> time.schedule(delay, task)),
            time,
            parts -> parts.writingBy(new UnsyncedFiles()).listenedToBy(listener()));
    engine = Optional.of(opened);
    return opened.start();
  }

  private EngineListener listener() {
    return new EngineListener() {
      @Override
      public void problem(String problem) {
        problems.add(problem);
      }
    };
  }

  /** The daemon ends, as it does when the power is lost: between two steps. */
  public void stop() {
    engine.ifPresent(TestingEngine::close);
    engine = Optional.empty();
  }

  public boolean has(ResourceKey key) {
    return host.box(key).isPresent();
  }

  @Override
  public void close() {
    stop();
  }
}
