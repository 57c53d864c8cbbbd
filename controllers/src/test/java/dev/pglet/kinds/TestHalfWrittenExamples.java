package dev.pglet.kinds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.BranchStatus;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceStatus;
import dev.pglet.kinds.StrictKind.Data;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.testing.InMemory;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.TestingScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each beginning of each example, written in place by somebody who is slow, or who never goes on.
 * Real files, the real reading of them and the real engine, in virtual time.
 */
final class TestHalfWrittenExamples {
  private static final Path EXAMPLES = Path.of("../examples");
  private static final String FIRST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: first
      spec:
        version: "17"
        deletionPolicy: Delete
      ---
      """;

  private static final Duration LESS_THAN_SETTLING = Duration.ofMillis(400);

  /** Longer than the two scans that see a manifest gone, and all that follows from them. */
  private static final Duration FOR_EVER = Duration.ofSeconds(100);

  private static final Duration SETTLED = Duration.ofSeconds(2);

  @TempDir(factory = InMemory.class)
  private Path temp;

  private final TestingScheduler time = new TestingScheduler();
  private final StrictKind<PostgreSQLInstance, PostgreSQLInstanceStatus> instances =
      new StrictKind<>(PostgreSQLInstance.definition(), PostgreSQLInstanceStatus.class);
  private final StrictKind<Branch, BranchStatus> branches =
      new StrictKind<>(CrdDefinition.of(Branch.class), BranchStatus.class);
  private final List<StrictKind<?, ?>> kinds = List.of(instances, branches);
  private Path root = Path.of("/");
  private TestingEngine engine;

  static Stream<Path> examples() throws IOException {
    List<Path> found = examplesOf(EXAMPLES);
    assertThat(found).isNotEmpty();
    return found.stream();
  }

  private static List<Path> examplesOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @BeforeEach
  void startEngine() throws Exception {
    root = Files.createDirectory(temp.toRealPath().resolve("manifests"));
    List<KindProvider> providers =
        List.of(instances, branches, new TemplateKind(), new HostConfigurationKind());
    ManifestDirectory manifests =
        new ManifestDirectory(
            root,
            new KindRegistry(providers.stream().map(KindProvider::crd).toList()),
            time,
            TrustRule.ofOrdinaryUser(),
            time::schedule);
    engine =
        TestingEngine.open(temp.resolve("data"), providers, manifests, time, parts -> parts)
            .startWithoutWorkers();
  }

  @AfterEach
  void stopEngine() {
    engine.close();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void noBeginningOfAnExampleTouchesData(Path example) throws Exception {
    noBeginningTouchesData(example, "");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void norDoesOneBehindADocumentThatIsWhole(Path example) throws Exception {
    noBeginningTouchesData(example, FIRST);
  }

  private void noBeginningTouchesData(Path example, String before) throws Exception {
    byte[] whole = (before + Files.readString(example)).getBytes(UTF_8);
    // With the files that it belongs to: a template makes nothing by itself.
    for (Path file : examplesOf(requireNonNull(example.getParent()))) {
      write(file, Files.readAllBytes(file), SETTLED);
    }
    write(example, whole, SETTLED);
    Map<ResourceKey, Data> made = data();
    assertThat(made).isNotEmpty();
    assertThat(engine.converge().succeeded()).isTrue();

    for (int length = before.length(); length < whole.length; length++) {
      byte[] half = Arrays.copyOf(whole, length);
      String what = "the first %d bytes of %s".formatted(length, example);
      forgetSteps();
      write(example, half, LESS_THAN_SETTLING);
      write(example, whole, LESS_THAN_SETTLING);
      assertThat(steps()).as("%s, for a moment", what).isEmpty();

      write(example, half, FOR_EVER);
      assertThat(data().keySet()).as("%s, for ever", what).isEqualTo(made.keySet());
      assertThat(steps())
          .as("%s, for ever", what)
          .noneMatch(done -> done.step() instanceof StrictKind.Drop)
          .noneMatch(done -> done.step() instanceof StrictKind.Keep && !endsADocument(half, whole))
          .noneMatch(done -> done.step() instanceof StrictKind.Make);

      write(example, whole, SETTLED);
      assertThat(data()).as("after %s", what).isEqualTo(made);
      assertThat(engine.converge().succeeded()).as("after %s", what).isTrue();
    }
  }

  /** Then what follows may just as well have been removed: the data is kept, and resumed later. */
  private static boolean endsADocument(byte[] half, byte[] whole) {
    String documents = new String(half, UTF_8).replaceFirst("[-\\n]+$", "");
    return new String(whole, UTF_8).startsWith(documents + "\n---");
  }

  private void write(Path example, byte[] content, Duration then) throws Exception {
    Files.write(root.resolve(String.valueOf(example.getFileName())), content);
    engine.engine().rescan();
    engine.advance(then);
  }

  private Map<ResourceKey, Data> data() {
    Map<ResourceKey, Data> data = new TreeMap<>();
    kinds.forEach(kind -> data.putAll(kind.data()));
    return data;
  }

  private List<StrictKind.Done> steps() {
    return kinds.stream().flatMap(kind -> kind.done().stream()).toList();
  }

  private void forgetSteps() {
    kinds.forEach(StrictKind::forgetDone);
  }
}
