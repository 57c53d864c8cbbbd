package dev.pglet.instance;

import dev.pglet.exporter.MetricsPort;
import dev.pglet.health.HealthObserved;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.database.DatabaseFacts;
import dev.pglet.instance.extension.ExtensionFacts;
import dev.pglet.instance.role.RoleFacts;
import dev.pglet.server.CloneSource;
import dev.pglet.server.ServerObserved;
import java.util.Map;
import java.util.Optional;

/**
 * What there is of an instance.
 *
 * @param windowOpen whether a running server may be restarted for changes now
 * @param facts what the server says of roles, databases and extensions; empty while no session is
 *     possible
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
    Optional<SqlFacts> facts,
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

  /** What the server says of what the spec wants to be made by SQL. */
  public record SqlFacts(RoleFacts roles, DatabaseFacts databases, ExtensionFacts extensions) {}
}
