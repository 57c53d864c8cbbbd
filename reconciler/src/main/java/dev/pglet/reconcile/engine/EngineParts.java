package dev.pglet.reconcile.engine;

import static java.util.Objects.requireNonNull;

import dev.pglet.manifest.ManifestSource;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.observe.GuardedListener;
import dev.pglet.reconcile.state.DurableFiles;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What an engine is built from.
 *
 * @param prune whether a resource whose manifest is gone is deleted, by the rules for it
 * @param guard how many of them at once
 * @param files how the state directory is written
 */
public record EngineParts(
    Settings settings,
    List<KindProvider> kinds,
    ManifestSource manifests,
    InstantSource clock,
    Scheduler scheduler,
    EngineListener listener,
    MeterRegistry meters,
    boolean prune,
    PruneGuard guard,
    DurableFiles files) {
  public EngineParts {
    requireNonNull(settings, "settings is null");
    requireNonNull(manifests, "manifests is null");
    requireNonNull(clock, "clock is null");
    requireNonNull(scheduler, "scheduler is null");
    listener = GuardedListener.of(listener);
    requireNonNull(meters, "meters is null");
    requireNonNull(guard, "guard is null");
    requireNonNull(files, "files is null");
    kinds = List.copyOf(kinds);
  }

  /** Nobody listens, the meters go nowhere, and missing manifests are pruned by a strict guard. */
  public static EngineParts of(
      Settings settings,
      List<KindProvider> kinds,
      ManifestSource manifests,
      InstantSource clock,
      Scheduler scheduler) {
    return new EngineParts(
        settings,
        kinds,
        manifests,
        clock,
        scheduler,
        EngineListener.NONE,
        new SimpleMeterRegistry(),
        true,
        PruneGuard.strict(),
        DurableFiles.onDisk());
  }

  /** What each kind demands of its specs beyond the schema. */
  Map<String, SpecRules> rules() {
    return kinds.stream().collect(Collectors.toMap(k -> k.crd().kind(), KindProvider::rules));
  }

  public EngineParts listenedToBy(EngineListener other) {
    return new EngineParts(
        settings, kinds, manifests, clock, scheduler, other, meters, prune, guard, files);
  }

  public EngineParts measuredBy(MeterRegistry other) {
    return new EngineParts(
        settings, kinds, manifests, clock, scheduler, listener, other, prune, guard, files);
  }

  /** As {@code run --once} without {@code --prune}: what has no manifest any more is left alone. */
  public EngineParts withoutPruning() {
    return new EngineParts(
        settings, kinds, manifests, clock, scheduler, listener, meters, false, guard, files);
  }

  public EngineParts guardedBy(PruneGuard other) {
    return new EngineParts(
        settings, kinds, manifests, clock, scheduler, listener, meters, prune, other, files);
  }

  public EngineParts writingBy(DurableFiles other) {
    return new EngineParts(
        settings, kinds, manifests, clock, scheduler, listener, meters, prune, guard, other);
  }
}
