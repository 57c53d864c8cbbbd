package dev.pglet.it;

import dev.pglet.host.postgres.Connections;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.testing.CrashPoint;
import java.util.List;

/** The kinds as they are, on this host, whose changes pass by a crash point. */
record CrashingKinds(CrashPoint point, Made made) implements KindsOnThisHost.Between {
  /** Makes them for one life, see {@link KindsOnThisHost#of}. */
  static List<KindProvider> of(CrashPoint point, Made made, int number) {
    return KindsOnThisHost.of(new CrashingKinds(point, made), number);
  }

  @Override
  public Volumes of(Volumes volumes) {
    return new CrashingVolumes(volumes, point, made);
  }

  @Override
  public PostgresServer of(PostgresServer servers) {
    return new CrashingServers(servers, point, made);
  }

  @Override
  public Connections of(Connections connections) {
    return new CrashingConnections(connections, point);
  }
}
