package dev.pglet.instance.database;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import java.util.Optional;

/** What can be done to a database. */
public sealed interface DatabaseStep extends Step {
  String database();

  /** The path of the field that asks for the step. */
  String field(PostgreSQLInstanceSpec wanted);

  @Override
  default Risk risk() {
    return Risk.SAFE;
  }

  /**
   * Creates a database.
   *
   * @param ownTemplate whether it is made of {@code template0}, as it differs from the first one
   */
  record CreateDatabase(
      String database,
      String owner,
      Optional<String> encoding,
      Optional<String> locale,
      boolean ownTemplate)
      implements DatabaseStep {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return WantedDatabase.field(wanted, database) + (locale.isPresent() ? ".locale" : ".name");
    }

    @Override
    public String describe() {
      return "creating database " + database + " owned by " + owner;
    }
  }

  /** Drops a database with its data, and none that has taken its name meanwhile. */
  record DropDatabase(String database, String oid) implements DatabaseStep {
    @Override
    public Risk risk() {
      return Risk.DESTRUCTIVE;
    }

    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return "spec.databases";
    }

    @Override
    public String describe() {
      return "dropping database %s with its data (OID %s): its entry, which said deletionPolicy: Delete, is removed"
          .formatted(database, oid);
    }
  }

  record ChangeOwner(String database, String from, String to) implements DatabaseStep {
    @Override
    public String field(PostgreSQLInstanceSpec wanted) {
      return WantedDatabase.field(wanted, database) + ".owner";
    }

    @Override
    public String describe() {
      return "changing the owner of database %s from %s to %s".formatted(database, from, to);
    }
  }
}
