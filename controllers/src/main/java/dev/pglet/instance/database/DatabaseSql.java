package dev.pglet.instance.database;

import dev.pglet.host.postgres.Connections;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.RunningServer;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.util.List;

/** Does the steps of databases. Each is idempotent. */
public final class DatabaseSql {
  private final Connections connections;

  public DatabaseSql(Connections connections) {
    this.connections = connections;
  }

  /** Does one step. */
  public void run(DatabaseStep step, Volume volume) throws ReconcileException {
    try (SuperuserSession session = RunningServer.session(connections, volume, "postgres")) {
      switch (step) {
        case DatabaseStep.CreateDatabase create -> create(session, create);
        case DatabaseStep.DropDatabase drop -> drop(session, drop);
        case DatabaseStep.ChangeOwner change ->
            session.run(
                "ALTER DATABASE %s OWNER TO %s"
                    .formatted(Sql.identifier(change.database()), Sql.identifier(change.to())));
      }
    }
  }

  /** Nobody is thrown out: who uses it may not know that it is to go. */
  private static void drop(SuperuserSession session, DatabaseStep.DropDatabase drop)
      throws ReconcileException {
    String database = drop.database();
    List<String> oid =
        session.column(
            "SELECT oid::text FROM pg_database WHERE datname = " + Sql.literal(database));
    if (!oid.equals(List.of(drop.oid()))) {
      return;
    }
    try {
      session.run("DROP DATABASE IF EXISTS " + Sql.identifier(database));
    } catch (StepFailed e) {
      String users =
          session
              .column(
                  "SELECT count(*) FROM pg_stat_activity WHERE datname = " + Sql.literal(database))
              .getFirst();
      if (users.equals("0")) {
        throw e;
      }
      throw new StepFailed(
          "DatabaseInUse",
          "database %s is not dropped while %s session(s) use it".formatted(database, users),
          "End them, or list the database in spec.databases again; it is tried again",
          e);
    }
  }

  private static void create(SuperuserSession session, DatabaseStep.CreateDatabase create)
      throws ReconcileException {
    boolean exists =
        !session
            .column("SELECT 1 FROM pg_database WHERE datname = " + Sql.literal(create.database()))
            .isEmpty();
    if (exists) {
      return;
    }
    String options =
        create.ownTemplate()
            ? " TEMPLATE template0"
                + create.encoding().map(name -> " ENCODING " + Sql.literal(name)).orElse("")
                + create.locale().map(name -> " LOCALE " + Sql.literal(name)).orElse("")
            : "";
    try {
      session.run(
          "CREATE DATABASE %s OWNER %s%s"
              .formatted(
                  Sql.identifier(create.database()), Sql.identifier(create.owner()), options));
    } catch (StepFailed e) {
      String message = e.getMessage();
      if (create.locale().isPresent() && message != null && message.contains("locale name")) {
        String locale = create.locale().get();
        int dot = locale.indexOf('.');
        String language = dot < 0 ? locale : locale.substring(0, dot);
        String charset = dot < 0 ? "UTF-8" : locale.substring(dot + 1);
        throw new StepFailed(
            "LocaleMissing",
            "the operating system has no locale " + locale,
            "Make it, as root: localedef -i %s -f %s %s".formatted(language, charset, locale),
            e);
      }
      throw e;
    }
  }
}
