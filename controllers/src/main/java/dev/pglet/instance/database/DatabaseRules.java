package dev.pglet.instance.database;

import dev.pglet.api.v1alpha1.DatabaseSpec;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What no list of databases can be, whatever there is on the server. Pure. */
public final class DatabaseRules {
  private static final Set<String> OF_POSTGRES = Set.of("postgres", "template0", "template1");

  private DatabaseRules() {}

  /** Whether the database is PostgreSQL's own. */
  public static boolean reserved(String name) {
    return OF_POSTGRES.contains(name);
  }

  /** All that is wrong with the databases of a spec, each with its field. */
  public static List<InvalidSpec> check(PostgreSQLInstanceSpec spec) {
    List<InvalidSpec> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < spec.databases().size(); i++) {
      DatabaseSpec database = spec.databases().get(i);
      String field = WantedDatabase.field(i);
      if (reserved(database.name())) {
        problems.add(
            new InvalidSpec(
                "ReservedName",
                field + ".name",
                "the database " + database.name() + " belongs to PostgreSQL itself",
                "Choose another name"));
      }
      if (!names.add(database.name())) {
        problems.add(
            new InvalidSpec(
                "DuplicateDatabase",
                field + ".name",
                "the database " + database.name() + " is listed twice",
                "Remove one of the entries"));
      }
      if (database.name().equals(spec.database().name())) {
        conflict(field + ".owner", database.owner(), spec.database().owner(), problems);
        conflict(field + ".encoding", database.encoding(), spec.database().encoding(), problems);
        conflict(field + ".locale", database.locale(), spec.database().locale(), problems);
        if (database.deletionPolicy() == DeletionPolicy.Delete) {
          problems.add(
              new InvalidSpec(
                  "DatabaseConflict",
                  field + ".deletionPolicy",
                  "this is the first database, which goes with its instance alone",
                  "Remove the field; spec.deletionPolicy is that of the instance"));
        }
      } else {
        owner(spec, database, field, problems);
      }
    }
    return problems;
  }

  private static void owner(
      PostgreSQLInstanceSpec spec,
      DatabaseSpec database,
      String field,
      List<InvalidSpec> problems) {
    String owner = database.owner();
    boolean known =
        owner == null
            || owner.equals(spec.database().owner())
            || spec.roles().stream().anyMatch(role -> role.name().equals(owner));
    if (!known) {
      problems.add(
          new InvalidSpec(
              "OwnerNotListed",
              field + ".owner",
              "the role %s is neither in spec.roles nor spec.database.owner".formatted(owner),
              "List it in spec.roles"));
    }
  }

  private static void conflict(
      String field, @Nullable String here, String there, List<InvalidSpec> problems) {
    if (here != null && !here.equals(there)) {
      problems.add(
          new InvalidSpec(
              "DatabaseConflict",
              field,
              "this is the first database, of which spec.database says %s, not %s"
                  .formatted(there, here),
              "Remove the field, or write the same in spec.database"));
    }
  }
}
