package dev.pglet.reconcile.engine;

import static dev.pglet.reconcile.testing.ToyProvider.document;
import static dev.pglet.reconcile.testing.ToyProvider.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.Operations.OperationContext;
import dev.pglet.reconcile.Operations.OperationRequest;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.state.DurableFiles;
import dev.pglet.reconcile.testing.Rig;
import dev.pglet.reconcile.testing.TestingEngine;
import dev.pglet.reconcile.testing.UnsyncedFiles;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long an operation may take. */
final class TestOperations {
  private static final ResourceKey BOX = key("box");
  private static final Duration LIMIT = Duration.ofHours(3);
  private static final Duration REACTION = Duration.ofSeconds(30);

  /** What is said of one that has taken as long as it may. */
  private static final String LATE =
      "Copy of toy/box was cancelled after 3 hours: it may take 3 hours. It ended with: ";

  @TempDir private Path directory;
  private final CountDownLatch started = new CountDownLatch(1);
  private Rig rig;

  @BeforeEach
  void rig() {
    rig = new Rig(directory);
    rig.manifests().put(document("box", "size: 3"));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Operations operations() {
    return rig.provider().context().operations();
  }

  private void begin(Operations.OperationTask task) throws Exception {
    operations()
        .start(
            new OperationRequest("copy-1", BOX, "Copy", Map.of(), Set.of(BOX), LIMIT),
            context -> {
              started.countDown();
              task.run(context);
            });
    started.await();
  }

  private static void untilCancelled(OperationContext context) {
    while (!context.cancelled()) {
      Thread.onSpinWait();
    }
  }

  private static void giveUp(OperationContext context) throws StepFailed {
    untilCancelled(context);
    throw new StepFailed("Cancelled", "half of it is copied", "Nothing: it is tried again");
  }

  private static OperationState late(String words) {
    return new OperationState.Failed("DeadlineExceeded", LATE + words);
  }

  @Test
  void whatTakesTooLongFailsAndSaysWhatItWasAndHowLongItTook() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    begin(TestOperations::giveUp);

    rig.time().advance(LIMIT);
    engine.settleNow();

    OperationState failed = late("half of it is copied. Nothing: it is tried again");
    assertThat(operations().find("copy-1")).contains(failed);
    rig.stop();
    rig.start();
    assertThat(operations().find("copy-1")).as("so says the journal").contains(failed);
  }

  @Test
  void untilItReactsItRunsAndKeepsItsHoldsAndThenItIsInterrupted() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    begin(
        _ -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostUnavailable("Interrupted", "the disk does not answer", "See to it", e);
          }
        });

    rig.time().advance(LIMIT);
    assertThat(operations().find("copy-1")).contains(new OperationState.Running(0, 0, true));
    rig.time().advance(REACTION);
    engine.settleNow();

    assertThat(operations().find("copy-1"))
        .contains(
            new OperationState.Failed(
                "DeadlineExceeded", LATE + "the disk does not answer. See to it"));
    engine.engine().apply(document("box", "size: 3, colour: red"));
    engine.converge();
    assertThat(rig.host().box(BOX).orElseThrow().colour()).as("not held").contains("red");
  }

  @Test
  void whatIsDoneAllTheSameIsDone() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    begin(TestOperations::untilCancelled);

    rig.time().advance(LIMIT);
    engine.settleNow();

    assertThat(operations().find("copy-1")).contains(new OperationState.Succeeded());
  }

  @Test
  void whatEndsInTimeIsNotLookedAtAgain() throws Exception {
    TestingEngine engine = rig.start();
    engine.converge();
    begin(_ -> {});
    engine.settleNow();

    assertThat(rig.time().isScheduled(LIMIT)).isFalse();
    rig.time().advance(LIMIT);
    engine.settleNow();
    assertThat(operations().find("copy-1")).contains(new OperationState.Succeeded());
  }

  @Test
  void whoDiesBeforeTheEndIsInTheJournalBeginsAnewWithAllItsTime() throws Exception {
    CountDownLatch full = new CountDownLatch(1);
    TestingEngine engine = rig.start(parts -> parts.writingBy(unwritableSince(full)));
    engine.converge();
    begin(TestOperations::giveUp);
    full.countDown();
    rig.time().advance(LIMIT);
    engine.settleNow();
    rig.stop();

    TestingEngine next = rig.start();
    next.converge();
    assertThat(operations().find("copy-1")).contains(new OperationState.Interrupted());
    operations().forget("copy-1");
    CountDownLatch end = new CountDownLatch(1);
    begin(context -> awaitUnlessCancelled(end, context));
    rig.time().advance(LIMIT.minusSeconds(1));
    assertThat(operations().find("copy-1")).contains(new OperationState.Running(0, 0, false));
    end.countDown();
    next.settleNow();
    assertThat(operations().find("copy-1")).contains(new OperationState.Succeeded());
  }

  private static void awaitUnlessCancelled(CountDownLatch end, OperationContext context)
      throws StepFailed {
    while (end.getCount() > 0) {
      if (context.cancelled()) {
        giveUp(context);
      }
      Thread.onSpinWait();
    }
  }

  /** Journals cannot be written from some moment on. */
  private static DurableFiles unwritableSince(CountDownLatch full) {
    DurableFiles files = new UnsyncedFiles();
    return (DurableFiles)
        Proxy.newProxyInstance(
            DurableFiles.class.getClassLoader(),
            new Class<?>[] {DurableFiles.class},
            (_, method, arguments) -> {
              if (full.getCount() == 0 && arguments[0].toString().contains("copy-1")) {
                throw new IOException("No space left on device");
              }
              try {
                return method.invoke(files, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
