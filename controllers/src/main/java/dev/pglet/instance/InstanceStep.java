package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.instance.role.RoleStep;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.server.ServerStep;
import org.jspecify.annotations.Nullable;

/** What can be done to an instance. */
public sealed interface InstanceStep extends Step {
  @Override
  default Risk risk() {
    return Risk.SAFE;
  }

  /** A step of the server. */
  record OnServer(ServerStep step) implements InstanceStep {
    @Override
    public String name() {
      return step.name();
    }

    @Override
    public String describe() {
      return step.describe();
    }

    @Override
    public Risk risk() {
      return step.risk();
    }

    @Override
    public boolean staggered() {
      return step.staggered();
    }

    @Override
    public Retry retry() {
      return step.retry();
    }
  }

  /** A step of SQL: what PostgreSQL says against it is said against a field. */
  sealed interface InSql extends InstanceStep {
    /** The path of the field that asks for the step. */
    String field(PostgreSQLInstanceSpec wanted);

    private static String extension(PostgreSQLInstanceSpec wanted, String name, String field) {
      for (int i = 0; i < wanted.extensions().size(); i++) {
        if (wanted.extensions().get(i).name().equals(name)) {
          return "spec.extensions[%d].%s".formatted(i, field);
        }
      }
      return "spec.extensions";
    }
  }

  /** Makes the cluster, and then declares the volume ready. */
  record InitCluster(String version) implements InstanceStep {
    @Override
    public String describe() {
      return "making the data of PostgreSQL " + version + " (initdb)";
    }
  }

  /** A step of a role. */
  record OnRole(RoleStep step) implements InSql {
    @Override
    public String name() {
      return step.name();
    }

    @Override
    public String describe() {
      return step.describe();
    }

    @Override
    public Risk risk() {
      return step.risk();
    }

    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return step.field(wanted);
    }
  }

  /** Makes the role by which metrics are read, or gives it back what it must have. */
  record EnsureMonitor(String role) implements InSql {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return "spec.monitoring.enabled";
    }

    @Override
    public String describe() {
      return "ensuring the role " + role + ", by which metrics are read";
    }
  }

  record CreateDatabase(String database, String owner) implements InSql {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return "spec.database.name";
    }

    @Override
    public String describe() {
      return "creating database " + database + " owned by " + owner;
    }
  }

  /** Notes in the marker that the database has been made: from now on it can be branched. */
  record RememberDatabase(String database) implements InstanceStep {
    @Override
    public String describe() {
      return "noting that database " + database + " is made";
    }
  }

  record ChangeOwner(String database, String from, String to) implements InSql {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return "spec.database.owner";
    }

    @Override
    public String describe() {
      return "changing the owner of database %s from %s to %s".formatted(database, from, to);
    }
  }

  /**
   * Installs an extension and what it requires.
   *
   * @param version null: the package's default
   * @param schema null: the extension's own choice
   */
  record CreateExtension(
      String database, String extension, @Nullable String version, @Nullable String schema)
      implements InSql {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return InSql.extension(wanted, extension, "name");
    }

    @Override
    public String describe() {
      return "creating extension " + extension + " in database " + database;
    }
  }

  record UpdateExtension(String database, String extension, String from, String to)
      implements InSql {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return InSql.extension(wanted, extension, "version");
    }

    @Override
    public String describe() {
      return "updating extension %s from %s to %s".formatted(extension, from, to);
    }
  }

  record MoveExtension(String database, String extension, String schema) implements InSql {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return InSql.extension(wanted, extension, "schema");
    }

    @Override
    public String describe() {
      return "moving extension " + extension + " to schema " + schema;
    }
  }
}
