package dev.pglet.instance;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.health.MonitorRole;
import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.instance.role.RoleSql;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.RunningServer;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;

/** The steps of an instance that are SQL. Each is idempotent. */
final class InstanceSql {
  private final Connections connections;
  private final RoleSql roles;

  InstanceSql(Connections connections, RoleSql roles) {
    this.connections = connections;
    this.roles = roles;
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
      case InstanceStep.CreateDatabase create -> create(volume, create);
      case InstanceStep.ChangeOwner change -> changeOwner(volume, change);
      case InstanceStep.CreateExtension create -> create(volume, create);
      case InstanceStep.UpdateExtension update -> update(volume, update);
      case InstanceStep.MoveExtension move -> move(volume, move);
    }
  }

  private void ensureMonitor(Volume volume) throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, "postgres")) {
      MonitorRole.ensure(session);
    }
  }

  private void create(Volume volume, InstanceStep.CreateDatabase create) throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, "postgres")) {
      boolean exists =
          !session
              .column("SELECT 1 FROM pg_database WHERE datname = " + Sql.literal(create.database()))
              .isEmpty();
      if (!exists) {
        session.run(
            "CREATE DATABASE "
                + Sql.identifier(create.database())
                + " OWNER "
                + Sql.identifier(create.owner()));
      }
    }
  }

  private void changeOwner(Volume volume, InstanceStep.ChangeOwner change)
      throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, "postgres")) {
      session.run(
          "ALTER DATABASE "
              + Sql.identifier(change.database())
              + " OWNER TO "
              + Sql.identifier(change.to()));
    }
  }

  private void create(Volume volume, InstanceStep.CreateExtension create)
      throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, create.database())) {
      String version = create.version();
      session.run(
          "CREATE EXTENSION IF NOT EXISTS "
              + Sql.identifier(create.extension())
              + schema(session, create)
              + (version == null ? "" : " VERSION " + Sql.literal(version))
              + " CASCADE");
    }
  }

  private void update(Volume volume, InstanceStep.UpdateExtension update)
      throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, update.database())) {
      session.run(
          "ALTER EXTENSION "
              + Sql.identifier(update.extension())
              + " UPDATE TO "
              + Sql.literal(update.to()));
    }
  }

  private void move(Volume volume, InstanceStep.MoveExtension move) throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, move.database())) {
      session.run(
          "ALTER EXTENSION "
              + Sql.identifier(move.extension())
              + " SET SCHEMA "
              + Sql.identifier(move.schema()));
    }
  }

  /**
   * The session's search path is pinned, so the schema is always named: the wanted one, or public
   * where the extension does not insist on its own.
   */
  private static String schema(SuperuserSession session, InstanceStep.CreateExtension create)
      throws ReconcileException {
    String wanted = create.schema();
    if (wanted != null) {
      return " SCHEMA " + Sql.identifier(wanted);
    }
    boolean free =
        session
            .column(
                "SELECT 1 FROM pg_available_extension_versions WHERE schema IS NOT NULL AND name = "
                    + Sql.literal(create.extension()))
            .isEmpty();
    return free ? " SCHEMA public" : "";
  }
}
