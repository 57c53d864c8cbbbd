package dev.pglet.reconcile.engine.pass;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.engine.gate.Deadlines;
import dev.pglet.reconcile.engine.gate.Holds;
import dev.pglet.reconcile.engine.gate.Restarts;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.observe.Meters;
import dev.pglet.reconcile.state.EventLog;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs passes; see {@link Pass} for what one does. Thread-safe for different keys. */
public final class PassRunner {
  private static final Logger LOG = LoggerFactory.getLogger(PassRunner.class);

  /**
   * What every pass works with.
   *
   * @param interruptions why a deletion that has begun does not go on
   */
  public record Tools(
      Map<String, Kind<?, ?, ?, ?>> kinds,
      ResourceTable table,
      ManifestSource manifests,
      Consents consents,
      Holds holds,
      Restarts restarts,
      Deadlines deadlines,
      StepRunner steps,
      Reporter reporter,
      Burial burial,
      Function<ResourceKey, Optional<PruneBlock>> interruptions,
      DependencyGraph graph,
      EventLog events,
      Meters meters,
      EngineListener listener,
      InstantSource clock,
      BooleanSupplier stopping) {
    public Tools {
      kinds = Map.copyOf(kinds);
    }

    /** What a controller throws that it must not: it concerns its own key and nobody else. */
    StepFailed panic(ResourceKey key, String doing, Throwable cause) {
      meters.panic(key.kind());
      LOG.atError()
          .addKeyValue("key", key)
          .addKeyValue("doing", doing)
          .setCause(cause)
          .log("panic");
      return new StepFailed(
          "Panic",
          "%s: the controller of %s broke while %s (%s)"
              .formatted(key, key.kind(), doing, cause.getClass().getSimpleName()),
          "This is an error in pglet; the log has the details",
          cause);
    }
  }

  /** The end of a deletion. */
  @FunctionalInterface
  public interface Burial {
    /**
     * Forgets the resource, unless the user has changed it since.
     *
     * @param kept something of it stays on the host, to be resumed should the manifest return
     * @return whether it was forgotten
     */
    boolean bury(Tracked tracked, boolean kept) throws HostUnavailable;
  }

  /**
   * How a pass ended.
   *
   * @param edit of the resource that the pass was about
   */
  public record End(Outcome outcome, long edit) {}

  private final Tools tools;

  public PassRunner(Tools tools) {
    this.tools = requireNonNull(tools, "tools is null");
  }

  /** One pass. Never throws but for the end of the process. */
  public End run(ResourceKey key) {
    Optional<Tracked> tracked = tools.table().find(key);
    if (tracked.isEmpty()) {
      return new End(new Outcome.Deleted(), 0);
    }
    Kind<?, ?, ?, ?> kind = tools.kinds().get(key.kind());
    if (kind == null) {
      throw new IllegalStateException("a resource of an unknown kind was accepted: " + key);
    }
    tools.listener().passStarted(key);
    return new End(new Pass(tools, kind, tracked.get()).run(), tracked.get().edit());
  }
}
