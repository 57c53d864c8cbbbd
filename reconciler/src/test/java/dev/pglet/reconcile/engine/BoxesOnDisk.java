package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.registry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.manifest.ManagedManifests;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.TrustRule;
import dev.pglet.manifest.status.StatusMode;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.testing.CrashAtEveryStep;
import dev.pglet.reconcile.testing.CrashPoint;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import dev.pglet.reconcile.testing.UnsyncedFiles;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Boxes by manifests in real files, over some lives of an engine. What is compared in the end is
 * the boxes, how often each act was done, and every file: of the manifests, with what was written
 * into them, and of the data root, with what is in the inventory.
 */
class BoxesOnDisk implements CrashAtEveryStep.Scenario {
  /** What the user does, and does again when pglet died before it answered. */
  @FunctionalInterface
  interface Act {
    void on(Engine engine) throws Exception;
  }

  private static final String UID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final String PLAN = "\\b[0-9a-f]{16}\\b";

  /** Which directories the root is: others in each run. */
  private static final String ORIGIN = "(?<=: \")\\d+:\\d+(:[0-9.]+)?( [0-9:.]+| none)*(?=\")";

  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z";

  private final Path place;
  private final ToyHost host = new ToyHost();
  private final TestingScheduler time = new TestingScheduler();
  private final Act act;
  private StatusMode statuses = StatusMode.INLINE;
  private boolean unwritable;
  private boolean prune = true;
  private Path root;
  private CrashPoint point = CrashPoint.never();
  private String besides = "";
  private final Map<String, Long> counted = new TreeMap<>();

  BoxesOnDisk(Path place, Act act) throws IOException {
    this.place = place;
    this.act = act;
    // Files have the time of the system: they are old enough to be judged at once.
    time.setClock(Duration.between(time.instant(), Instant.now()).plusHours(1));
    this.root = Files.createDirectory(place.resolve("manifests"));
  }

  BoxesOnDisk statuses(StatusMode mode) {
    statuses = mode;
    return this;
  }

  /** From now on nobody could write for pglet into the user's manifests. */
  BoxesOnDisk unwritable() {
    unwritable = true;
    return this;
  }

  /** Whether what has no manifest any more is deleted. */
  BoxesOnDisk pruning(boolean whether) {
    prune = whether;
    return this;
  }

  /** From now on another directory is watched. */
  BoxesOnDisk watching(String other) throws IOException {
    root = Files.createDirectory(place.resolve(other));
    return this;
  }

  /** An act that is done or not, by when pglet dies, and that changes nothing in the end. */
  BoxesOnDisk notComparing(String act) {
    besides = act;
    return this;
  }

  /** So often an act must have been done in the end, died or not. */
  BoxesOnDisk having(String act, long times) {
    counted.put(act, times);
    return this;
  }

  Path root() {
    return root;
  }

  BoxesOnDisk write(String file, String text) throws IOException {
    Files.writeString(root.resolve(file), text);
    return this;
  }

  /** One whole life before the one that is looked at. */
  BoxesOnDisk after(Act first) throws Exception {
    try (TestingEngine engine =
        TestingEngine.open(settings().dataRoot(), kinds(), manifests(), time, this::parts)) {
      engine.start().converge();
      first.on(engine.engine());
      engine.converge();
      engine.advance(Duration.ofMinutes(2));
    }
    return this;
  }

  @Override
  public void begin(CrashPoint ofThisLife) {
    point = ofThisLife;
    host.operationsPassBy(ofThisLife);
  }

  @Override
  public Settings settings() {
    return new Settings(place.resolve("data"), place.resolve("run"), Optional.empty(), false);
  }

  @Override
  public List<KindProvider> kinds() {
    return List.of(new ToyProvider(host));
  }

  /** No memory of what was read before, and nobody left who would tidy up for the dead. */
  @Override
  public ManifestSource manifests() {
    try {
      ManifestSource user = statuses.apply(directory(root), settings().statuses());
      if (!unwritable) {
        return user;
      }
      Path own = Files.createDirectories(settings().managed().resolve("of-this-root"));
      return new ManagedManifests(
          CrashAtEveryStep.crashing(unwritable(user), point),
          CrashAtEveryStep.crashing(directory(own), point));
    } catch (IOException e) {
      throw new AssertionError("the directories cannot be opened", e);
    }
  }

  private ManifestDirectory directory(Path directory) throws IOException {
    CrashPoint ofThisLife = point;
    return new ManifestDirectory(
        directory,
        registry(),
        time,
        TrustRule.forThisProcess(),
        (delay, task) ->
            time.schedule(
                delay,
                () -> {
                  if (!ofThisLife.crashed()) {
                    task.run();
                  }
                }));
  }

  /** A root that its owner lets nobody write to. */
  private static ManifestSource unwritable(ManifestSource source) {
    return (ManifestSource)
        Proxy.newProxyInstance(
            ManifestSource.class.getClassLoader(),
            new Class<?>[] {ManifestSource.class},
            (_, method, arguments) -> {
              if (method.getName().equals("apply")) {
                throw new AccessDeniedException(source.root().toString());
              }
              try {
                return method.invoke(source, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public EngineParts parts(EngineParts parts) {
    EngineParts unsynced = parts.writingBy(new UnsyncedFiles());
    return prune ? unsynced : unsynced.withoutPruning();
  }

  @Override
  public Optional<TestingScheduler> time() {
    return Optional.of(time);
  }

  @Override
  public void act(Engine engine) throws ReconcileException {
    try {
      act.on(engine);
    } catch (ReconcileException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("what the user does fails: " + e, e);
    }
  }

  @Override
  public Object endState() throws IOException {
    // What a write has displaced is kept for two seconds.
    time.advance(Duration.ofSeconds(10));
    Map<String, Long> acts =
        new TreeMap<>(
            host.acts().stream()
                .filter(done -> !done.equals(besides))
                .collect(Collectors.groupingBy(done -> done, Collectors.counting())));
    assertThat(acts).containsAllEntriesOf(counted);
    return String.join(
            "\n",
            boxes(),
            host.contents().toString(),
            host.answered().toString(),
            acts.toString(),
            files(place.resolve("manifests"), true),
            files(root, true),
            files(settings().dataRoot(), false),
            inventory())
        .replaceAll(ORIGIN, "ORIGIN")
        .replaceAll(UID, "UID")
        .replaceAll(TIME, "TIME")
        .replaceAll(PLAN, "PLAN");
  }

  private String boxes() {
    return host.boxes().entrySet().stream()
        .map(
            box ->
                box.getKey()
                    + " "
                    + box.getValue().toString().replace(place.toString(), "")
                    + " "
                    + box.getValue().root().equals(root.toString()))
        .collect(Collectors.joining("\n"));
  }

  /** Without the events: those who die before they tell of what they did never do. */
  private static String files(Path directory, boolean texts) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      StringBuilder found = new StringBuilder(directory.getFileName() + ":\n");
      for (Path file : files.sorted().toList()) {
        if (!file.endsWith("events.jsonl")) {
          boolean text = texts || file.toString().contains("/managed/");
          found
              .append(directory.relativize(file))
              .append(text && Files.isRegularFile(file) ? ":\n" + Files.readString(file) : "")
              .append("\n");
        }
      }
      return found.toString();
    }
  }

  private String inventory() throws IOException {
    Path file = settings().state().resolve("inventory.json");
    // The status that was in the text when it was last read is nothing to go by, nor how often the
    // file was written.
    assertThat(file).as("all of the inventory, after a proper end").exists();
    return Files.readString(file)
        .replace(place.toString(), "")
        .replaceAll("\"number\" : [0-9]+", "")
        .replaceAll("(\\\\n)+(status:.*)?\"", "\"");
  }

  @Override
  public void close() {}
}
