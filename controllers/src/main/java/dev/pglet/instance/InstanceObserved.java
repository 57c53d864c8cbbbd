package dev.pglet.instance;

import dev.pglet.exporter.MetricsPort;
import dev.pglet.health.HealthObserved;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.role.RoleFacts;
import dev.pglet.server.CloneSource;
import dev.pglet.server.ServerObserved;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What there is of an instance.
 *
 * @param windowOpen whether a running server may be restarted for changes now
 * @param facts what the server says of the first database; empty while no session is possible
 * @param health of the server and of what it stands on
 * @param metricsPort empty when it wants none
 */
public record InstanceObserved(
    String uid,
    ServerObserved server,
    String database,
    String owner,
    Map<String, String> parameters,
    boolean windowOpen,
    Optional<DatabaseFacts> facts,
    HealthObserved health,
    Optional<MetricsPort> metricsPort)
    implements CloneSource {
  public InstanceObserved {
    parameters = Map.copyOf(parameters);
  }

  /** Also the first database has been made: a clone from before would lack it for ever. */
  @Override
  public boolean complete() {
    return server.initialized()
        && databaseMade()
        && server
            .volume()
            .map(volume -> volume.marker().phase() == VolumeMarker.Phase.READY)
            .orElse(false);
  }

  /** Whether the first database has been made at some time, as the marker remembers. */
  boolean databaseMade() {
    return server
        .volume()
        .map(volume -> volume.marker().facts().containsKey(InstancePlanner.MADE_FACT))
        .orElse(false);
  }

  /**
   * What the server says of the roles and the first database.
   *
   * @param roles all that the spec wants
   * @param databaseOwner the owner of the database, if it exists
   * @param installed the wanted extensions that are installed, by name
   * @param available the wanted extensions that the binaries have, by name
   */
  public record DatabaseFacts(
      RoleFacts roles,
      Optional<String> databaseOwner,
      Map<String, Installed> installed,
      Map<String, Available> available) {
    public DatabaseFacts {
      installed = Map.copyOf(installed);
      available = Map.copyOf(available);
    }
  }

  /** An extension in the database. */
  public record Installed(String version, String schema) {}

  /**
   * An extension of the binaries.
   *
   * @param versions that can be installed or updated to
   * @param schema that the extension insists on; empty: free
   */
  public record Available(Set<String> versions, String schema) {
    public Available {
      versions = Set.copyOf(versions);
    }
  }
}
