package dev.pglet.branch;

import dev.pglet.host.file.DurableFile;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.FileFailure;
import dev.pglet.server.RunningServer;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Removes from a fresh clone whatever would act in its source's name: subscriptions, slots and
 * passwords. The server runs on a private socket meanwhile, with an access list for pglet alone and
 * without the workers that subscriptions and jobs need.
 */
final class BranchSanitizer {
  private static final String PRIVATE_ACCESS = "local all postgres peer map=pglet\n";

  private final ServerHost host;
  private final ServerExecutor servers;

  BranchSanitizer(ServerHost host, ServerExecutor servers) {
    this.host = host;
    this.servers = servers;
  }

  void startPrivately(ServerSpec spec) throws ReconcileException {
    Volume volume = servers.volume(spec);
    Path access = ServerHost.configurations(volume).resolve("private_hba.conf");
    Path socket = ServerHost.privateSocketDirectory(host.socketDirectory(spec.uid()));
    try {
      DurableFile.write(access, PRIVATE_ACCESS, host.account());
    } catch (IOException e) {
      throw FileFailure.of("writing " + access, e);
    }
    servers.startPrivately(
        spec,
        List.of(
            "-c",
            "listen_addresses=",
            "-c",
            "hba_file=" + access,
            "-c",
            "max_logical_replication_workers=0"),
        socket);
  }

  void sanitize(ServerSpec spec) throws ReconcileException {
    Volume volume = servers.volume(spec);
    List<String> databases;
    try (SuperuserSession session = RunningServer.session(host.connections(), volume, "postgres")) {
      databases = session.column("SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1");
      for (String slot : session.column("SELECT slot_name FROM pg_replication_slots")) {
        session.run("SELECT pg_drop_replication_slot(" + Sql.literal(slot) + ")");
      }
      for (String role :
          session.column("SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL")) {
        session.run("ALTER ROLE " + Sql.identifier(role) + " PASSWORD NULL");
      }
    }
    for (String database : databases) {
      dropSubscriptions(volume, database);
    }
    CloneFacts facts = CloneFacts.of(volume.marker()).orElseThrow();
    servers.mark(spec, volume.marker().plusFacts(facts.afterSanitizing().toMarker()));
  }

  /**
   * Without its slot name a subscription is dropped here and left alone at the publisher. Were a
   * table's first copy not finished, DROP would connect and remove the slots of that copy, which
   * are the source's: so first the connection is made to lead nowhere.
   */
  private void dropSubscriptions(Volume volume, String database) throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(host.connections(), volume, database)) {
      for (String subscription :
          session.column(
              "SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid"
                  + " WHERE datname = current_database()")) {
        String name = Sql.identifier(subscription);
        session.run("ALTER SUBSCRIPTION " + name + " DISABLE");
        session.run("ALTER SUBSCRIPTION " + name + " CONNECTION 'host=/nonexistent'");
        session.run("ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)");
        session.run("DROP SUBSCRIPTION " + name);
      }
    }
  }
}
