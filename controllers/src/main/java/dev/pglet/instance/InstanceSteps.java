package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.instance.database.DatabaseFacts;
import dev.pglet.instance.role.RoleSql;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.PreloadList;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerSpec;
import java.util.Map;

/** Does the steps of one instance, as its account. Each is idempotent. */
final class InstanceSteps {
  private final ServerExecutor servers;
  private final InstanceSql sql;
  private final ClusterCreation clusters;
  private final ClusterAdoption adoption;

  InstanceSteps(ServerHost host, ServerExecutor servers) {
    this.servers = servers;
    this.clusters = new ClusterCreation(host, servers);
    this.adoption = new ClusterAdoption(host, servers);
    this.sql =
        new InstanceSql(
            host.connections(),
            new RoleSql(host.connections(), host.settings().secrets(), host.account()));
  }

  void execute(InstanceStep step, PostgreSQLInstance resource, ServerSpec spec, StepContext context)
      throws ReconcileException {
    switch (step) {
      case InstanceStep.OnServer server -> servers.execute(server.step(), spec, context);
      case InstanceStep.InitCluster _ -> clusters.make(resource.getSpec(), spec);
      case InstanceStep.AdoptCluster _ -> adoption.take(resource.getSpec(), spec);
      case InstanceStep.EnsureSuperuser _ -> adoption.ensureSuperuser(spec);
      case InstanceStep.InSql statement -> run(statement, resource, spec);
      case InstanceStep.RememberDatabase _ -> remember(spec, InstancePlanner.MADE_FACT, "true");
      case InstanceStep.NoteDeletable note ->
          remember(spec, DatabaseFacts.DELETABLE_FACT, DatabaseFacts.fact(note.databases()));
      case InstanceStep.KeepPreloaded keep ->
          remember(spec, PreloadList.KEPT_FACT, String.join(",", keep.libraries()));
    }
  }

  private void remember(ServerSpec spec, String fact, String value) throws ReconcileException {
    VolumeMarker marker = servers.volume(spec).marker();
    servers.mark(spec, marker.plusFacts(Map.of(fact, value)));
  }

  private void run(InstanceStep.InSql statement, PostgreSQLInstance resource, ServerSpec spec)
      throws ReconcileException {
    Volume volume = servers.volume(spec);
    try {
      sql.run(statement, volume, spec.key(), resource.getSpec().database().owner());
    } catch (StepFailed e) {
      throw e.at(statement.field(resource.getSpec()));
    }
  }
}
