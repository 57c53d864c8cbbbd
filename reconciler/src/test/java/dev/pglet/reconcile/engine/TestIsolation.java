package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.engine.Convergence.State;
import dev.pglet.reconcile.engine.gate.Deadlines;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.observe.Health.Probe;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong for one key concerns that key alone. */
final class TestIsolation {
  private static final ResourceKey BOX = key("box");

  @TempDir private Path directory;
  private Rig rig;
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch freed = new CountDownLatch(1);
  private final AtomicInteger hanging = new AtomicInteger();
  private Path pipe;
  private @Nullable RandomAccessFile writer;

  @BeforeEach
  void rig() throws Exception {
    pipe = directory.resolve("pipe");
    makePipe();
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3"));
    for (int i = 0; i < 8; i++) {
      rig.manifests().put(document("other" + i, "size: 3"));
    }
  }

  @AfterEach
  void close() throws IOException {
    free();
    rig.close();
    requireNonNull(writer).close();
  }

  private static Throwable thrown(String what) {
    return switch (what) {
      case "an exception" -> new IllegalStateException("broken");
      case "an error" -> new StackOverflowError();
      case "a missing class" -> new NoClassDefFoundError("dev/pglet/Missing");
      case "a checked exception" -> new IOException("not declared");
      default -> throw new IllegalArgumentException(what);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"an exception", "an error", "a missing class", "a checked exception"})
  void whateverAStepThrowsEndsItsPassOnly(String what) throws Exception {
    for (int i = 0; i < 4; i++) {
      rig.host().failNext("Build", BOX, () -> thrown(what));
    }
    TestingEngine engine = rig.start();
    engine.settleNow();

    assertThat(engine.standing(BOX).reason()).isEqualTo("Panic");
    assertThat(engine.standing(key("other7")).state()).isEqualTo(State.READY);
    assertThat(engine.converge().succeeded()).as("no worker was lost by it").isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"an exception", "an error", "a missing class", "a checked exception"})
  void whateverALookThrowsEndsItsPassOnly(String what) throws Exception {
    rig.host().blockNext("Look", BOX, () -> TestIsolation.<RuntimeException>sneak(thrown(what)));
    TestingEngine engine = rig.start();
    engine.settleNow();

    assertThat(engine.standing(BOX).reason()).isEqualTo("Panic");
    assertThat(engine.converge().succeeded()).isTrue();
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable e) throws E {
    throw (E) e;
  }

  @Test
  void aListenerThatFailsChangesNothing() throws Exception {
    EngineListener broken =
        new EngineListener() {
          @Override
          public void stepStarted(ResourceKey key, String describe) {
            throw new StackOverflowError();
          }

          @Override
          public void passStarted(ResourceKey key) {
            throw new IllegalStateException("deaf");
          }

          @Override
          public void problem(String problem) {
            throw new IllegalStateException("deaf");
          }
        };
    rig.manifests().reject("bad.yaml", "no YAML", Set.of());

    rig.start(parts -> parts.listenedToBy(broken)).settleNow();

    assertThat(rig.host().box(BOX)).isPresent();
  }

  private void makePipe() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
  }

  private void hang() {
    reached.countDown();
    try {
      freed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * In the kernel, where no interrupt is heard and a virtual thread keeps its carrier: as a file
   * operation on a disk that is dead.
   */
  private void hangForGood() {
    hanging.incrementAndGet();
    reached.countDown();
    try (InputStream _ = Files.newInputStream(pipe)) {
      assertThat(freed.getCount()).isZero();
    } catch (ClosedByInterruptException e) {
      assertThat(freed.getCount()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void free() throws IOException {
    freed.countDown();
    if (Files.exists(pipe) && writer == null) {
      // For reading and writing, which no open of a pipe waits for.
      writer = new RandomAccessFile(pipe.toFile(), "rw");
    }
  }

  private void pass(Duration time) {
    rig.time().advance(time);
  }

  @Test
  void aStepThatHangsIsCancelledAtItsDeadlineAndTheOthersGoOn() throws Exception {
    rig.host().blockNext("Build", BOX, this::hang);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    // The others are looked at meanwhile, in real time, which may seem long in this one.
    pass(Deadlines.STEP.minusSeconds(1));
    assertThat(rig.problems()).noneMatch(problem -> problem.contains("toy/box"));
    assertThat(engine.engine().health().passes(Probe.HEALTHZ)).isTrue();

    pass(Duration.ofSeconds(1));
    engine.settleNow();

    assertThat(rig.problems())
        .filteredOn(problem -> problem.contains("toy/box"))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem)
                    .contains("toy/box", "building a box of size 3", "15 minutes", "cancelled"));
    assertThat(engine.standing(BOX).reason()).isEqualTo("DeadlineExceeded");
    assertThat(rig.host().boxes()).hasSize(8).doesNotContainKey(BOX);
    assertThat(engine.converge().succeeded()).as("it is tried again").isTrue();
    assertThat(engine.engine().health().passes(Probe.HEALTHZ)).isTrue();
  }

  @Test
  void aLookThatHangsIsCancelledAtItsOwnDeadline() throws Exception {
    rig.host().blockNext("Look", BOX, this::hang);
    TestingEngine engine = rig.start();
    reached.await();

    pass(Deadlines.LOOK);
    engine.settleNow();

    assertThat(engine.standing(BOX).reason()).isEqualTo("DeadlineExceeded");
    assertThat(engine.standing(BOX).message()).contains("looking at it took longer than 2 minutes");
  }

  /** The scan that asks holds what every pass needs for its report. */
  @Test
  void aHostThatHangsWhenItIsAskedWhatADeletionLosesStopsNobody() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    rig.manifests().remove(BOX);
    engine.engine().rescan();
    engine.settleNow();
    rig.host().blockNext("Look", BOX, this::hangForGood);

    engine.advance(Pruning.GONE_FOR);
    rig.manifests().put(document("other0", "size: 3, colour: red"));
    engine.engine().rescan();
    engine.settleNow();

    assertThat(hanging).hasValue(1);
    assertThat(rig.host().box(key("other0")).orElseThrow().colour()).contains("red");
  }

  private void hangAllWorkers() throws Exception {
    CountDownLatch all = new CountDownLatch(4);
    for (int i = 0; i < 8; i++) {
      rig.host()
          .blockNext(
              "Build",
              key("other" + i),
              () -> {
                all.countDown();
                hangForGood();
              });
    }
    rig.host()
        .blockNext(
            "Build",
            BOX,
            () -> {
              all.countDown();
              hangForGood();
            });
    rig.start();
    all.await();
    for (int i = 0; i < 8; i++) {
      rig.host().blockNext("Build", key("other" + i), () -> {});
    }
    rig.host().blockNext("Build", BOX, () -> {});
  }

  @Test
  void workersThatAreBusyForLongAreReplacedMeanwhile() throws Exception {
    hangAllWorkers();
    pass(Deadlines.SLOW.minusMillis(1));
    assertThat(rig.host().boxes()).isEmpty();

    pass(Duration.ofMillis(1));
    awaitBoxes(5);
    free();
    assertThat(rig.engine().converge().succeeded()).isTrue();

    assertThat(rig.host().boxes()).hasSize(9);
    assertThat(rig.problems()).isEmpty();
  }

  @Test
  void keysWhoseWorkersDoNotReactStayTakenAndAreReported() throws Exception {
    hangAllWorkers();
    TestingEngine engine = rig.engine();
    pass(Deadlines.SLOW);
    awaitBoxes(5);
    pass(Deadlines.STEP.minus(Deadlines.SLOW));
    assertThat(engine.engine().health().passes(Probe.HEALTHZ)).isTrue();
    pass(Deadlines.REACTION);

    assertThat(engine.engine().health().ask(Probe.HEALTHZ).values())
        .anySatisfy(problem -> assertThat(problem.orElse("")).contains("toy/", "cancelled"));
    assertThat(rig.problems())
        .anyMatch(
            problem -> problem.contains("does not react") && problem.contains("restart pglet"));
    pass(Duration.ofMinutes(10));
    assertThat(rig.host().count("Build")).as("never two passes at once for a key").isEqualTo(5);

    free();
    assertThat(engine.converge().succeeded()).isTrue();
    assertThat(rig.host().count("Build")).isEqualTo(9);
    assertThat(engine.engine().health().passes(Probe.HEALTHZ)).isTrue();
  }

  @Test
  void slowKeysAreNotWorkedOnByEverMoreWorkers() throws Exception {
    for (int i = 0; i < 30; i++) {
      rig.manifests().put(document("slow" + i, "size: 3"));
      rig.host().blockNext("Build", key("slow" + i), this::hangForGood);
    }
    rig.start();
    awaitHanging(4);
    pass(Deadlines.SLOW);
    awaitHanging(8);
    pass(Deadlines.SLOW);
    awaitHanging(WorkerPool.MOST);
    pass(Deadlines.SLOW);
    pass(Deadlines.SLOW);
    free();

    assertThat(rig.engine().converge().succeeded()).isTrue();
    assertThat(rig.host().boxes()).hasSize(39);
  }

  private void awaitHanging(int keys) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (hanging.get() < keys) {
      assertThat(System.nanoTime()).as("%d keys hang", hanging.get()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    assertThat(hanging).hasValueLessThanOrEqualTo(WorkerPool.MOST);
  }

  private void awaitBoxes(int boxes) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (rig.host().boxes().values().stream().filter(box -> box.open()).count() < boxes) {
      assertThat(System.nanoTime()).as("others do not go on").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void aShutdownLetsTheRunningStepFinishAndWritesWhatItLedTo() throws Exception {
    rig.host().blockNext("Build", BOX, this::hang);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    Thread closing = Thread.ofVirtual().start(engine.engine()::close);
    assertThat(closing.join(Duration.ofMillis(50))).as("it waits for the step").isFalse();

    free();
    closing.join();

    assertThat(rig.host().acts()).contains("Build toy/box").doesNotContain("Open toy/box");
    assertThat(rig.manifests().status(BOX).orElseThrow().path("phase").asText())
        .as("what the finished step has led to")
        .isEqualTo("Closed");
    assertThat(rig.condition(BOX, "Reconciling")).isEqualTo("True Stopping");
    assertThat(rig.start().converge().succeeded()).isTrue();
  }

  @Test
  void aShutdownIsBoundedAndCancelsWhatDoesNotFinish() throws Exception {
    rig.host().blockNext("Build", BOX, this::hang);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    Thread closing = Thread.ofVirtual().start(engine.engine()::close);
    awaitScheduled(WorkerPool.GRACE);

    pass(WorkerPool.GRACE);
    closing.join();

    assertThat(rig.host().box(BOX)).isEmpty();
    assertThat(rig.condition(BOX, "Reconciling")).isEqualTo("True Stopping");
  }

  @Test
  void aShutdownLeavesBehindWhatDoesNotReactAndSaysSo() throws Exception {
    rig.host().blockNext("Build", BOX, this::hangForGood);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    Thread closing = Thread.ofVirtual().start(engine.engine()::close);
    awaitScheduled(WorkerPool.GRACE);
    pass(WorkerPool.GRACE);
    awaitScheduled(WorkerPool.LAST_WORDS);

    pass(WorkerPool.LAST_WORDS);
    closing.join();

    assertThat(rig.problems())
        .anyMatch(problem -> problem.contains("[toy/box] did not end in time"));
  }

  @Test
  void aClockThatIsSetBackMakesNoShutdownLonger() throws Exception {
    rig.host().blockNext("Build", BOX, this::hang);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    Thread closing = Thread.ofVirtual().start(engine.engine()::close);
    awaitScheduled(WorkerPool.GRACE);
    rig.time().setClock(Duration.ofHours(-1));

    pass(WorkerPool.GRACE);

    assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
    assertThat(rig.host().box(BOX)).isEmpty();
  }

  @Test
  void aClockThatIsSetBackMakesNobodyWaitLongerForWhatDoesNotEnd() throws Exception {
    rig.host().blockNext("Build", BOX, this::hang);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    // Nothing else is scheduled for then.
    Duration patience = Duration.ofSeconds(47);
    CompletableFuture<Convergence> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(engine.engine().converge(patience));
              } catch (InterruptedException e) {
                answer.completeExceptionally(e);
              }
            });
    awaitScheduled(patience);
    rig.time().setClock(Duration.ofHours(-1));

    pass(patience);

    assertThat(answer.get(30, TimeUnit.SECONDS).succeeded()).isFalse();
  }

  /** Until somebody waits for a time that ends then. */
  private void awaitScheduled(Duration after) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!rig.time().isScheduled(after)) {
      assertThat(System.nanoTime()).as("nobody waits for %s", after).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void howLongIsWorkedAndUnfinishedIsMeasured() throws Exception {
    rig.host().blockNext("Build", BOX, this::hang);
    TestingEngine engine = rig.start();
    awaitTheOthers();
    pass(Duration.ofSeconds(7));

    assertThat(gauge("pglet.workqueue.unfinished.work")).isEqualTo(7);
    assertThat(gauge("pglet.workqueue.longest.running.processor")).isEqualTo(7);
    assertThat(gauge("pglet.active.workers")).isEqualTo(1);
    free();
    engine.settleNow();
    assertThat(gauge("pglet.workqueue.unfinished.work")).isZero();
    assertThat(rig.meters().get("pglet.workqueue.work.duration").timer().max(TimeUnit.SECONDS))
        .isEqualTo(7);
  }

  @Test
  void howManyWaitAndForHowLongIsMeasured() throws Exception {
    hangAllWorkers();
    assertThat(gauge("pglet.workqueue.depth")).as("nine keys, four workers").isEqualTo(5);

    pass(Deadlines.SLOW);
    awaitBoxes(5);
    assertThat(gauge("pglet.workqueue.depth")).isZero();
    assertThat(rig.meters().get("pglet.workqueue.queue.duration").timer().max(TimeUnit.SECONDS))
        .isEqualTo(5);
    free();
    rig.engine().settleNow();
  }

  /** Until all but the one that hangs are done. */
  private void awaitTheOthers() throws InterruptedException {
    reached.await();
    awaitBoxes(8);
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (gauge("pglet.active.workers") != 1) {
      assertThat(System.nanoTime()).as("others do not end").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private double gauge(String name) {
    return rig.meters().get(name).gauge().value();
  }
}
