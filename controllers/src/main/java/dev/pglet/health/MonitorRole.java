package dev.pglet.health;

import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.Configuration;
import dev.pglet.server.SuperuserSession;

/** The role by which metrics are read: no superuser, and logs in as pglet's own account only. */
public final class MonitorRole {
  public static final String NAME = Configuration.MONITOR;

  private MonitorRole() {}

  /** Makes it, or makes it what it must be. Idempotent. */
  public static void ensure(SuperuserSession session) throws ReconcileException {
    boolean exists =
        !session.column("SELECT 1 FROM pg_roles WHERE rolname = '" + NAME + "'").isEmpty();
    session.run(
        (exists ? "ALTER" : "CREATE")
            + " ROLE "
            + NAME
            + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT"
            + " PASSWORD NULL");
    session.run("GRANT pg_monitor TO " + NAME);
  }
}
