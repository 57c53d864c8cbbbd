package dev.pglet.health;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.Conditions;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.World;
import dev.pglet.server.ServerObserved;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Puts together what a pass sees of an instance's health. Thread-safe. */
public final class HealthObserver {
  private final InstantSource clock;
  private final Function<Path, Optional<DataSize>> sizes;

  /**
   * An observer.
   *
   * @param sizes the size of a directory, when it is known; answers at once
   */
  public HealthObserver(InstantSource clock, Function<Path, Optional<DataSize>> sizes) {
    this.clock = requireNonNull(clock, "clock is null");
    this.sizes = requireNonNull(sizes, "sizes is null");
  }

  /** As part of an engine it measures sizes, too; for whoever only looks that takes too long. */
  public static HealthObserver of(EngineContext context) {
    DataSizes sizes = new DataSizes(context.scheduler());
    return new HealthObserver(
        context.clock(), context.executes() ? sizes::of : _ -> Optional.empty());
  }

  /**
   * Observes.
   *
   * @param vitals what the server said in the session of this pass
   */
  public HealthObserved observe(
      ResourceKey key, World world, ServerObserved server, Optional<Vitals> vitals) {
    Optional<Path> data =
        server.volume().filter(_ -> server.initialized()).map(volume -> volume.data());
    Set<String> raised =
        world.conditions(key).stream()
            .filter(condition -> condition.getStatus().equals(Conditions.TRUE))
            .map(condition -> condition.getType())
            .filter(Alerts.TYPES::contains)
            .collect(Collectors.toSet());
    return new HealthObserved(
        clock.instant(), vitals, data.flatMap(DiskSpace::under), data.flatMap(sizes), raised);
  }
}
