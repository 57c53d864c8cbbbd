package dev.pglet.server;

import dev.pglet.host.postgres.PostgresVersion;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a running server says of itself.
 *
 * @param version of the running server, which may be older than the binaries on disk
 * @param loadedHash of the configuration that it has read; empty when pglet did not write it
 * @param pendingRestart settings that wait for a restart, by name and sorted, with what they are
 *     now
 * @param contexts {@code pg_settings.context} of the settings that are about to change
 * @param overridden settings of ours that {@code postgresql.auto.conf} (ALTER SYSTEM) overrides,
 *     sorted
 */
public record LiveServer(
    PostgresVersion version,
    Optional<String> loadedHash,
    Map<String, String> pendingRestart,
    Map<String, String> contexts,
    List<String> overridden) {
  public LiveServer {
    pendingRestart = Collections.unmodifiableMap(new TreeMap<>(pendingRestart));
    contexts = Map.copyOf(contexts);
    overridden = List.copyOf(overridden);
  }
}
