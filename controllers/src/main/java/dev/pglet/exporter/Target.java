package dev.pglet.exporter;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What can be scraped.
 *
 * @param server where it accepts connections; empty while it does not
 * @param sizes bytes of databases by their oid, as they were last measured
 */
public record Target(ResourceKey key, Optional<Server> server, Map<Long, Long> sizes) {
  /**
   * A running server.
   *
   * @param pid of its postmaster: another one is another server
   */
  public record Server(Path socketDirectory, int port, long pid, int major) {
    public Server {
      requireNonNull(socketDirectory, "socketDirectory is null");
    }
  }

  public Target {
    requireNonNull(key, "key is null");
    sizes = Map.copyOf(sizes);
  }
}
