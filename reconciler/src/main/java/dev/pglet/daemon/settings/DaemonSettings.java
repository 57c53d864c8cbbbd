package dev.pglet.daemon.settings;

import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Settings;
import java.util.Map;
import java.util.Optional;

/** All settings of this process. */
public record DaemonSettings(
    HostUser user,
    Places places,
    Trust trust,
    Pruning pruning,
    Statuses statuses,
    MetricsAddress metrics,
    Optional<LogLevel> logLevel) {
  /** Reads flags, the environment and the settings file. */
  public static DaemonSettings resolve(HostUser user, Map<String, String> flags)
      throws InvalidSpec {
    Sources sources = Sources.read(user, flags);
    return new DaemonSettings(
        user,
        Places.resolve(sources),
        Trust.resolve(sources),
        Pruning.resolve(sources),
        Statuses.resolve(sources),
        MetricsAddress.resolve(sources),
        LogLevel.resolve(sources));
  }

  /** What the engine and the kinds need of them. */
  public Settings settings() {
    return new Settings(
        places.dataRoot(), places.runDirectory(), trust.account(), trust.onFirstUse());
  }
}
