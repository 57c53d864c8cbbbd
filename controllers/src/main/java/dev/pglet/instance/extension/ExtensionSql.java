package dev.pglet.instance.extension;

import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.RunningServer;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;

/** Does the steps of extensions. Each is idempotent. */
public final class ExtensionSql {
  private final Connections connections;

  public ExtensionSql(Connections connections) {
    this.connections = connections;
  }

  /** Does one step. */
  public void run(ExtensionStep step, Volume volume) throws ReconcileException {
    String extension = Sql.identifier(step.extension());
    try (SuperuserSession session = RunningServer.session(connections, volume, step.database())) {
      switch (step) {
        case ExtensionStep.CreateExtension create -> create(session, create);
        case ExtensionStep.UpdateExtension update ->
            session.run(
                "ALTER EXTENSION %s UPDATE TO %s".formatted(extension, Sql.literal(update.to())));
        case ExtensionStep.MoveExtension move ->
            session.run(
                "ALTER EXTENSION %s SET SCHEMA %s"
                    .formatted(extension, Sql.identifier(move.schema())));
        case ExtensionStep.DropExtension _ ->
            session.run("DROP EXTENSION IF EXISTS " + extension + " RESTRICT");
      }
    }
  }

  private static void create(SuperuserSession session, ExtensionStep.CreateExtension create)
      throws ReconcileException {
    String version = create.version();
    session.run(
        "CREATE EXTENSION IF NOT EXISTS "
            + Sql.identifier(create.extension())
            + schema(session, create)
            + (version == null ? "" : " VERSION " + Sql.literal(version))
            + " CASCADE");
  }

  /**
   * The session's search path is pinned, so the schema is always named: the wanted one, or public
   * where the extension does not insist on its own.
   */
  private static String schema(SuperuserSession session, ExtensionStep.CreateExtension create)
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
