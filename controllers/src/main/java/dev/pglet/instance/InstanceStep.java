package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.instance.database.DatabaseStep;
import dev.pglet.instance.extension.ExtensionStep;
import dev.pglet.instance.role.RoleStep;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import dev.pglet.server.ServerStep;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

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
  }

  /** Makes the cluster, and then declares the volume ready. */
  record InitCluster(String version) implements InstanceStep {
    @Override
    public String describe() {
      return "making the data of PostgreSQL " + version + " (initdb)";
    }
  }

  /** Takes over the cluster that is in the data directory, and then declares the volume ready. */
  record AdoptCluster(String dataDirectory) implements InstanceStep {
    @Override
    public String describe() {
      return "taking over the cluster in %s, whose configuration is kept beside it"
          .formatted(dataDirectory);
    }
  }

  /** Makes in a cluster that was taken over what pglet logs in with, should that be missing. */
  record EnsureSuperuser(String role) implements InstanceStep {
    @Override
    public String describe() {
      return "ensuring the superuser %s and the database of that name, in single-user mode"
          .formatted(role);
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

  /** Notes in the marker that the database has been made: from now on it can be branched. */
  record RememberDatabase(String database) implements InstanceStep {
    @Override
    public String describe() {
      return "noting that database " + database + " is made";
    }
  }

  /**
   * Notes in the marker which libraries databases need: they are preloaded until it is noted that
   * they are not.
   */
  record KeepPreloaded(List<String> libraries) implements InstanceStep {
    public KeepPreloaded {
      libraries = List.copyOf(libraries);
    }

    @Override
    public String describe() {
      return libraries.isEmpty()
          ? "noting that no database needs a preloaded library"
          : "noting that databases need the preloaded " + String.join(", ", libraries);
    }
  }

  /**
   * Notes in the marker which databases go with their entries: those say no more once gone.
   *
   * @param databases their OIDs, by name
   */
  record NoteDeletable(SortedMap<String, String> databases) implements InstanceStep {
    public NoteDeletable {
      databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    }

    @Override
    public String describe() {
      return databases.isEmpty()
          ? "noting that no database goes with its entry"
          : "noting that with their entries go the databases "
              + String.join(", ", databases.keySet());
    }
  }

  /** A step of a database. */
  record OnDatabase(DatabaseStep step) implements InSql {
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

  /** A step of an extension. */
  record OnExtension(ExtensionStep step) implements InSql {
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
}
