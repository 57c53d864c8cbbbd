package dev.pglet.reconcile.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.manifest.ManifestSource;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.engine.Engine;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.engine.SystemScheduler;
import dev.pglet.reconcile.testing.CrashPoint.SimulatedCrash;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * Kills an engine before and after each act, each status write and each write of its state, drops
 * all memory, starts a new engine and lets it converge: what is there in the end, and what was done
 * on the way, must be as if nothing had happened.
 */
public final class CrashAtEveryStep {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private CrashAtEveryStep() {}

  /** What outlives the engines of one run. */
  public interface Scenario extends AutoCloseable {
    /**
     * A new life begins.
     *
     * @param point for hosts that pass by it inside of a step too; the engine's own acts do anyway
     */
    default void begin(CrashPoint point) {}

    Settings settings();

    List<KindProvider> kinds();

    ManifestSource manifests();

    /** What is particular of the engines. */
    default EngineParts parts(EngineParts parts) {
      return parts;
    }

    /** Virtual time; empty: real time. */
    Optional<TestingScheduler> time();

    /**
     * What the user does once all has converged, such as a delete. It dies like everything else,
     * and is done again in the next life: it may find its work done.
     */
    default void act(Engine engine) throws ReconcileException {}

    /** How all stands when nothing more happens: as its manifest says, unless that cannot be. */
    default void judge(Convergence convergence) {
      assertThat(convergence.succeeded()).as("%s", convergence).isTrue();
    }

    /** What is there and how often things were made and destroyed; compared by equality. */
    Object endState() throws Exception;

    @Override
    void close() throws IOException;
  }

  /** Makes a new scenario. */
  @FunctionalInterface
  public interface Factory {
    /** Makes the same again, in a place of its own. */
    Scenario make() throws Exception;
  }

  /** Manifests that are part of others, and whose own writes pass by the point. */
  public static ManifestSource crashing(ManifestSource manifests, CrashPoint point) {
    return new CrashingManifests(manifests, point);
  }

  /**
   * Runs all of it.
   *
   * @return how many crashes there were
   */
  public static int verify(Factory factory) throws Exception {
    return verify(factory, 1, 1, _ -> true);
  }

  /**
   * Runs it with the moments of some names only.
   *
   * @param together how many are run at the same time
   * @param every 1 for all moments, 3 for each third
   * @param moments which names are crashed at
   * @return how many crashes there were
   */
  public static int verify(Factory factory, int together, int every, Predicate<String> moments)
      throws Exception {
    CrashPoint never = CrashPoint.never(moments);
    Object expected;
    try (Scenario scenario = factory.make()) {
      live(scenario, never);
      expected = scenario.endState();
    }
    assertThat(never.moments()).as("moments to crash at").isGreaterThan(4);
    AtomicInteger crashes = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(together)) {
      for (int moment = 0; moment < never.moments(); moment += every) {
        CrashPoint point = CrashPoint.at(moment, moments);
        all.add(
            threads.submit(
                () -> {
                  crashOnce(factory, point, expected);
                  crashes.addAndGet(point.crashed() ? 1 : 0);
                  return point;
                }));
      }
    }
    List<Throwable> failures = new ArrayList<>();
    for (Future<?> one : all) {
      if (one.state() == Future.State.FAILED) {
        failures.add(one.exceptionNow());
      }
    }
    if (!failures.isEmpty()) {
      AssertionError error =
          new AssertionError(
              "%d of %d crashes ended otherwise:%n%s"
                  .formatted(
                      failures.size(),
                      all.size(),
                      String.join("\n", failures.stream().map(Throwable::getMessage).toList())));
      failures.forEach(error::addSuppressed);
      throw error;
    }
    return crashes.get();
  }

  private static void crashOnce(Factory factory, CrashPoint point, Object expected)
      throws Exception {
    try (Scenario scenario = factory.make()) {
      live(scenario, point);
      live(scenario, CrashPoint.never());
      assertThat(scenario.endState()).as(point.toString()).isEqualTo(expected);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(point + ": " + e.getMessage(), e);
    }
  }

  /** One life of an engine, from its start to its end or its death. */
  private static void live(Scenario scenario, CrashPoint point) throws Exception {
    scenario.begin(point);
    if (scenario.time().isPresent()) {
      inVirtualTime(scenario, scenario.time().get(), point);
    } else {
      inRealTime(scenario, point);
    }
  }

  private static EngineParts parts(Scenario scenario, EngineParts original, CrashPoint point) {
    EngineParts parts = scenario.parts(original);
    return new EngineParts(
        parts.settings(),
        scenario.kinds().stream().<KindProvider>map(kind -> new CrashingKind(kind, point)).toList(),
        new CrashingManifests(scenario.manifests(), point),
        parts.clock(),
        parts.scheduler(),
        parts.listener(),
        parts.meters(),
        parts.prune(),
        parts.guard(),
        new CrashingFiles(parts.files(), point));
  }

  private static void inVirtualTime(Scenario scenario, TestingScheduler time, CrashPoint point)
      throws ReconcileException, InterruptedException {
    try (TestingEngine engine =
        TestingEngine.open(
            scenario.settings().dataRoot(),
            scenario.kinds(),
            scenario.manifests(),
            time,
            parts -> parts(scenario, parts, point))) {
      engine.start();
      engine.converge();
      scenario.act(engine.engine());
      Convergence convergence = engine.converge();
      if (!point.crashed()) {
        scenario.judge(convergence);
      }
    } catch (SimulatedCrash e) {
      assertThat(point.crashed()).isTrue();
    }
  }

  private static void inRealTime(Scenario scenario, CrashPoint point) throws Exception {
    try (SystemScheduler scheduler = new SystemScheduler();
        Engine engine =
            Engine.open(
                parts(
                    scenario,
                    EngineParts.of(
                        scenario.settings(),
                        scenario.kinds(),
                        scenario.manifests(),
                        InstantSource.system(),
                        scheduler),
                    point))) {
      engine.start();
      convergeOrDie(engine, point);
      scenario.act(engine);
      Optional<Convergence> convergence = convergeOrDie(engine, point);
      if (!point.crashed()) {
        assertThat(convergence).as("it ends in time").isPresent();
        scenario.judge(convergence.get());
      }
    } catch (SimulatedCrash e) {
      assertThat(point.crashed()).isTrue();
    }
  }

  /** Whoever is dead needs not be waited for. */
  private static Optional<Convergence> convergeOrDie(Engine engine, CrashPoint point)
      throws InterruptedException {
    AtomicReference<Optional<Convergence>> result = new AtomicReference<>(Optional.empty());
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    result.set(Optional.of(engine.converge(LIMIT)));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    while (!waiting.join(Duration.ofMillis(10))) {
      if (point.crashed()) {
        waiting.interrupt();
      }
    }
    return result.get();
  }
}
