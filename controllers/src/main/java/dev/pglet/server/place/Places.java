package dev.pglet.server.place;

import dev.pglet.host.volume.Volume;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a server keeps beside its data, and where.
 *
 * @param collector of its log; empty: it writes to one file
 */
public record Places(Optional<LogCollector> collector) {
  /** All in the volume. */
  public static final Places NONE = new Places(Optional.empty());

  private static final String LOGS = "server-log";

  /** The directory in which the logging collector makes its files. */
  public Optional<Path> logs(Volume volume) {
    return collector.map(_ -> volume.directory().resolve(LOGS));
  }

  /** The settings that they give, which no clone takes over. */
  public Map<String, String> settings(Volume volume, int majorVersion) {
    return collector
        .flatMap(wanted -> logs(volume).map(logs -> wanted.settings(logs, majorVersion)))
        .orElse(Map.of());
  }
}
