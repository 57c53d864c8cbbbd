package dev.pglet.instance;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.health.MonitorRole;
import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.instance.database.DatabaseSql;
import dev.pglet.instance.extension.ExtensionSql;
import dev.pglet.instance.role.RoleSql;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.RunningServer;
import dev.pglet.server.SuperuserSession;

/** The steps of an instance that are SQL. Each is idempotent. */
final class InstanceSql {
  private final Connections connections;
  private final RoleSql roles;
  private final DatabaseSql databases;
  private final ExtensionSql extensions;

  InstanceSql(Connections connections, RoleSql roles) {
    this.connections = connections;
    this.roles = roles;
    this.databases = new DatabaseSql(connections);
    this.extensions = new ExtensionSql(connections);
  }

  /**
   * Does one step.
   *
   * @param owner the owner of the first database
   */
  void run(InstanceStep.InSql step, Volume volume, ResourceKey key, String owner)
      throws ReconcileException {
    switch (step) {
      case InstanceStep.EnsureMonitor _ -> ensureMonitor(volume);
      case InstanceStep.OnRole role -> roles.run(role.step(), volume, key, owner);
      case InstanceStep.OnDatabase database -> databases.run(database.step(), volume);
      case InstanceStep.OnExtension extension -> extensions.run(extension.step(), volume);
    }
  }

  private void ensureMonitor(Volume volume) throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, "postgres")) {
      MonitorRole.ensure(session);
    }
  }
}
