package dev.pglet.reconcile.observe;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The engine's meters, with the meanings that controller-runtime gives to them, under {@code
 * pglet_}. Those of a kind start at 0, so that alerts work from the first failure on. A resource's
 * name is never a tag: their number is not bounded. Thread-safe.
 */
public final class Meters {
  /** How a pass ended. */
  public enum Result {
    SUCCESS,
    WAITING,
    SUPERSEDED,
    STALLED,
    ERROR,
    DELETED
  }

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(10),
    Duration.ofMillis(100),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(10)
  };

  private static final Map<String, String> HELP =
      Map.ofEntries(
          Map.entry("pglet.max.concurrent.reconciles", "Passes that may run at the same time."),
          Map.entry("pglet.reconcile", "Passes, by how they ended."),
          Map.entry("pglet.reconcile.errors", "Passes that failed and are tried again."),
          Map.entry(
              "pglet.terminal.reconcile.errors", "Passes that stalled until something changes."),
          Map.entry("pglet.reconcile.panics", "Errors of pglet itself in passes."),
          Map.entry("pglet.reconcile.time", "How long passes took."),
          Map.entry("pglet.workqueue.retries", "Passes that were put into the queue again."),
          Map.entry("pglet.workqueue.depth", "Resources that wait for a pass."),
          Map.entry("pglet.workqueue.adds", "Resources that were put into the queue."),
          Map.entry("pglet.workqueue.queue.duration", "How long resources waited for a pass."),
          Map.entry("pglet.workqueue.work.duration", "How long work on a resource took."),
          Map.entry("pglet.workqueue.unfinished.work", "Time spent on what is not finished yet."),
          Map.entry(
              "pglet.workqueue.longest.running.processor", "How long the longest pass has run."),
          Map.entry("pglet.active.workers", "Passes that run now."),
          Map.entry("pglet.step", "Steps, by how they ended."),
          Map.entry("pglet.step.duration", "How long steps took."));

  private final MeterRegistry registry;

  public Meters(MeterRegistry registry, Collection<String> kinds, int workers) {
    this.registry = requireNonNull(registry, "registry is null");
    Gauge.builder("pglet.max.concurrent.reconciles", () -> workers)
        .description(HELP.get("pglet.max.concurrent.reconciles"))
        .strongReference(true)
        .register(registry);
    for (String kind : kinds) {
      for (Result result : Result.values()) {
        passes(kind, result).increment(0);
      }
      counter("pglet.reconcile.errors", kind).increment(0);
      counter("pglet.terminal.reconcile.errors", kind).increment(0);
      counter("pglet.reconcile.panics", kind).increment(0);
      counter("pglet.workqueue.retries", kind).increment(0);
    }
  }

  /** Watches something that has a depth and a number of adds. */
  public <T> void queue(T queue, ToDoubleFunction<T> depth, ToDoubleFunction<T> adds) {
    Gauge.builder("pglet.workqueue.depth", queue, depth)
        .description(HELP.get("pglet.workqueue.depth"))
        .strongReference(true)
        .register(registry);
    FunctionCounter.builder("pglet.workqueue.adds", queue, adds)
        .description(HELP.get("pglet.workqueue.adds"))
        .register(registry);
  }

  public <T> void activeWorkers(T workers, ToDoubleFunction<T> active) {
    Gauge.builder("pglet.active.workers", workers, active)
        .description(HELP.get("pglet.active.workers"))
        .strongReference(true)
        .register(registry);
  }

  /** Watches what is being worked on: all of it together, and the longest, in seconds. */
  public <T> void unfinished(T work, ToDoubleFunction<T> all, ToDoubleFunction<T> longest) {
    Gauge.builder("pglet.workqueue.unfinished.work", work, all)
        .description(HELP.get("pglet.workqueue.unfinished.work"))
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
    Gauge.builder("pglet.workqueue.longest.running.processor", work, longest)
        .description(HELP.get("pglet.workqueue.longest.running.processor"))
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
  }

  public void queued(Duration waited) {
    timer("pglet.workqueue.queue.duration").register(registry).record(waited);
  }

  public void worked(Duration took) {
    timer("pglet.workqueue.work.duration").register(registry).record(took);
  }

  /** With the buckets that a histogram needs for quantiles over many hosts. */
  private static Timer.Builder timer(String name) {
    return Timer.builder(name).description(HELP.get(name)).serviceLevelObjectives(BUCKETS);
  }

  public void pass(String kind, Result result, Duration took) {
    passes(kind, result).increment();
    timer("pglet.reconcile.time").tag("kind", kind).register(registry).record(took);
    switch (result) {
      case ERROR -> {
        counter("pglet.reconcile.errors", kind).increment();
        counter("pglet.workqueue.retries", kind).increment();
      }
      case STALLED -> {
        // As controller-runtime counts: a terminal error is an error too, only not tried again.
        counter("pglet.reconcile.errors", kind).increment();
        counter("pglet.terminal.reconcile.errors", kind).increment();
      }
      case SUCCESS, WAITING, SUPERSEDED, DELETED -> {}
    }
  }

  public void panic(String kind) {
    counter("pglet.reconcile.panics", kind).increment();
  }

  public void step(String kind, String step, boolean succeeded, Duration took) {
    Timer.builder("pglet.step.duration")
        .description(HELP.get("pglet.step.duration"))
        .tag("kind", kind)
        .tag("step", step)
        .tag("result", succeeded ? "success" : "error")
        .register(registry)
        .record(took);
    Counter.builder("pglet.step")
        .description(HELP.get("pglet.step"))
        .tag("kind", kind)
        .tag("step", step)
        .tag("result", succeeded ? "success" : "error")
        .register(registry)
        .increment();
  }

  private Counter passes(String kind, Result result) {
    return Counter.builder("pglet.reconcile")
        .description(HELP.get("pglet.reconcile"))
        .tag("kind", kind)
        .tag("result", result.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private Counter counter(String name, String kind) {
    return Counter.builder(name).description(HELP.get(name)).tag("kind", kind).register(registry);
  }
}
