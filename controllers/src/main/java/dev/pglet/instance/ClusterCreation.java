package dev.pglet.instance;

import dev.pglet.api.v1alpha1.BootstrapSpec.Initdb;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.host.postgres.PostgresServer.InitRequest;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.FileFailure;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.WalSegmentSize;
import dev.pglet.server.place.DataPlace;
import dev.pglet.server.place.Places;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Makes the data of an instance and puts it in its place. */
final class ClusterCreation {
  private final ServerHost host;
  private final ServerExecutor servers;
  private final DataPlace place;

  ClusterCreation(ServerHost host, ServerExecutor servers) {
    this.host = host;
    this.servers = servers;
    this.place = new DataPlace(host.server(), host.volumes(), host.account());
  }

  /** Makes the data, and then declares the volume ready. Goes on where it was interrupted. */
  void make(PostgreSQLInstanceSpec wanted, ServerSpec spec) throws ReconcileException {
    Volume volume = servers.volume(spec);
    if (Places.adopted(volume.marker())) {
      throw new IllegalStateException(volume.data() + " is taken over, and never made");
    }
    VolumeMarker marker = volume.marker();
    // All of it may not have been made when its marker was written.
    host.volumes().create(volume.pool(), marker, host.account());
    try {
      if (!place.inPlace(volume)) {
        Path made = place.begin(volume);
        host.server().initialize(request(wanted, spec, volume, made));
        marker = place.putInPlace(volume, made);
      }
    } catch (IOException e) {
      throw FileFailure.of("making the data of " + spec.key() + " in " + volume.data(), e);
    }
    Map<String, String> facts = new HashMap<>(marker.facts());
    facts.put(InstancePlanner.DATABASE_FACT, wanted.database().name());
    facts.put(InstancePlanner.ENCODING_FACT, wanted.database().encoding());
    facts.put(InstancePlanner.LOCALE_FACT, wanted.database().locale());
    facts.put(WalSegmentSize.FACT, wanted.bootstrap().madeWith().walSegmentSize());
    facts.putAll(BootstrapFacts.of(wanted.bootstrap().madeWith()));
    servers.mark(spec, marker.withFacts(facts).with(VolumeMarker.Phase.READY));
  }

  private InitRequest request(
      PostgreSQLInstanceSpec wanted, ServerSpec spec, Volume volume, Path made)
      throws ReconcileException {
    Initdb initdb = wanted.bootstrap().madeWith();
    return new InitRequest(
        servers.binaries(spec),
        made,
        wanted.database().encoding(),
        wanted.database().locale(),
        initdb.dataChecksums(),
        initdb.localeProvider(),
        initdb.walSegmentMegabytes(),
        DataPlace.wal(volume).map(wal -> DataPlace.staged(volume, wal)),
        host.account());
  }
}
