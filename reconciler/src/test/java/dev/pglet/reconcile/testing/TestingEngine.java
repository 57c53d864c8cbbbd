package dev.pglet.reconcile.testing;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.engine.Engine;
import dev.pglet.reconcile.engine.EngineParts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * An engine in virtual time: time passes only while nothing moves, from one scheduled task to the
 * next.
 */
public final class TestingEngine implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Engine engine;
  private final TestingScheduler time;
  private boolean withoutWorkers;

  private TestingEngine(Engine engine, TestingScheduler time) {
    this.engine = engine;
    this.time = time;
  }

  /** Opens an engine that is not started. */
  public static TestingEngine open(
      Path dataRoot,
      List<KindProvider> kinds,
      ManifestSource manifests,
      TestingScheduler time,
      UnaryOperator<EngineParts> more)
      throws ReconcileException {
    Settings settings = new Settings(dataRoot, dataRoot.resolve("run"), Optional.empty(), false);
    return new TestingEngine(
        Engine.open(more.apply(EngineParts.of(settings, kinds, manifests, time, time))), time);
  }

  public Engine engine() {
    return engine;
  }

  public TestingEngine start() {
    engine.start();
    return this;
  }

  /** All is worked on by the caller's thread, in {@link #settleNow} and what calls it. */
  public TestingEngine startWithoutWorkers() {
    withoutWorkers = true;
    engine.startWithoutWorkers();
    return this;
  }

  /** Lets everything happen that needs no time. */
  public void settleNow() throws InterruptedException {
    // A hinted scan counts as going on from the hint, and runs on the clock.
    time.advance(Duration.ZERO);
    do {
      awaitIdle();
      time.advance(Duration.ZERO);
    } while (!engine.awaitIdle(Duration.ZERO));
  }

  private void awaitIdle() throws InterruptedException {
    if (withoutWorkers) {
      engine.workReady();
    }
    if (!engine.awaitIdle(PATIENCE)) {
      throw new AssertionError("the engine does not come to rest: " + engine.standing());
    }
  }

  /** Lets time pass, and everything happen on its way. */
  public void advance(Duration duration) throws InterruptedException {
    Instant end = time.instant().plus(duration);
    settleNow();
    for (Optional<Instant> next = time.next();
        next.isPresent() && !next.get().isAfter(end);
        next = time.next()) {
      time.advance(Duration.between(time.instant(), next.get()));
      settleNow();
    }
    time.advance(Duration.between(time.instant(), end));
    settleNow();
  }

  /** Lets time pass until all has come to an end, at most an hour. */
  public Convergence converge() throws InterruptedException {
    Instant deadline = time.instant().plus(Duration.ofHours(1));
    settleNow();
    while (!engine.settled()) {
      Instant next = time.next().orElseThrow();
      if (next.isAfter(deadline)) {
        throw new AssertionError("no end within an hour: " + engine.standing());
      }
      time.advance(Duration.between(time.instant(), next));
      settleNow();
    }
    return engine.standing();
  }

  public Convergence.Standing standing(ResourceKey key) {
    Convergence.Standing standing = engine.standing().standings().get(key);
    if (standing == null) {
      throw new AssertionError("no standing of " + key + ": " + engine.standing());
    }
    return standing;
  }

  /** A step that waits for its next try needs time to pass, or the engine would never end. */
  @Override
  public void close() {
    if (withoutWorkers) {
      engine.close();
      return;
    }
    Thread closing = Thread.ofVirtual().start(engine::close);
    try {
      while (!closing.join(Duration.ofMillis(20))) {
        time.advance(Duration.ofSeconds(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
