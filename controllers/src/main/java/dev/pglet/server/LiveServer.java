package dev.pglet.server;

import dev.pglet.host.postgres.PostgresVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a running server says of itself.
 *
 * @param version of the running server, which may be older than the binaries on disk
 * @param loadedHash of the configuration that it has read; empty when pglet did not write it
 * @param pendingRestart names of settings that wait for a restart, sorted
 * @param contexts {@code pg_settings.context} of the settings that are about to change
 * @param overridden settings of ours that {@code postgresql.auto.conf} (ALTER SYSTEM) overrides,
 *     sorted
 */
public record LiveServer(
    PostgresVersion version,
    Optional<String> loadedHash,
    List<String> pendingRestart,
    Map<String, String> contexts,
    List<String> overridden) {
  public LiveServer {
    pendingRestart = List.copyOf(pendingRestart);
    contexts = Map.copyOf(contexts);
    overridden = List.copyOf(overridden);
  }
}
