package dev.pglet.instance.database;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.v1alpha1.SqlObjectStatus;
import dev.pglet.instance.database.DatabaseFacts.Database;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is left to do to the databases: pure functions of spec and observation. */
public final class DatabasePlanner {
  private DatabasePlanner() {}

  /** The owners exist by then. */
  public static List<DatabaseStep> plan(List<WantedDatabase> wanted, DatabaseFacts facts) {
    List<DatabaseStep> steps = new ArrayList<>();
    for (WantedDatabase database : wanted) {
      Database there = facts.databases().get(database.name());
      if (there == null) {
        steps.add(
            new DatabaseStep.CreateDatabase(
                database.name(),
                database.owner(),
                database.encoding(),
                database.locale(),
                database.ownTemplate()));
      } else if (!there.owner().equals(database.owner())) {
        steps.add(new DatabaseStep.ChangeOwner(database.name(), there.owner(), database.owner()));
      }
    }
    return steps;
  }

  /**
   * Which databases go with their entries, with their OIDs, where that is not what is noted. One
   * whose entry is gone stays among them until it is gone too.
   */
  public static Optional<SortedMap<String, String>> deletable(
      List<WantedDatabase> wanted, DatabaseFacts facts) {
    Set<String> names = names(wanted);
    SortedMap<String, String> deletable = new TreeMap<>(facts.deletable());
    deletable.keySet().removeIf(name -> names.contains(name) || !isNoted(name, facts));
    deletable.replaceAll((name, oid) -> oid.isEmpty() ? oid(name, facts) : oid);
    wanted.stream()
        .filter(WantedDatabase::deletable)
        .map(WantedDatabase::name)
        .filter(facts.databases()::containsKey)
        .forEach(name -> deletable.put(name, oid(name, facts)));
    return deletable.equals(facts.deletable()) ? Optional.empty() : Optional.of(deletable);
  }

  private static boolean used(String name, DatabaseFacts facts) {
    return requireNonNull(facts.databases().get(name), "the database is null").used();
  }

  private static String oid(String name, DatabaseFacts facts) {
    return requireNonNull(facts.databases().get(name), "the database is null").oid();
  }

  /** What somebody has made by the name of one that is gone was never meant. */
  private static boolean isNoted(String name, DatabaseFacts facts) {
    String noted = facts.deletable().getOrDefault(name, "");
    Database there = facts.databases().get(name);
    return there != null && (noted.isEmpty() || noted.equals(there.oid()));
  }

  /**
   * Those that nobody wants any more, and that go with their entries; first those that nobody uses,
   * as one that is used keeps what is behind it waiting.
   */
  public static List<DatabaseStep> drops(List<WantedDatabase> wanted, DatabaseFacts facts) {
    Set<String> names = names(wanted);
    return facts.deletable().keySet().stream()
        .filter(name -> !names.contains(name) && isNoted(name, facts))
        .sorted(Comparator.comparing(name -> used(name, facts)))
        .<DatabaseStep>map(name -> new DatabaseStep.DropDatabase(name, oid(name, facts)))
        .toList();
  }

  private static Set<String> names(List<WantedDatabase> wanted) {
    return wanted.stream().map(WantedDatabase::name).collect(Collectors.toSet());
  }

  /** What a database that is there cannot become. */
  public static List<InvalidSpec> immutable(List<WantedDatabase> wanted, DatabaseFacts facts) {
    List<InvalidSpec> problems = new ArrayList<>();
    for (WantedDatabase database : wanted) {
      Database there = facts.databases().get(database.name());
      if (there != null) {
        database
            .encoding()
            .filter(
                name ->
                    !WantedDatabase.encoding(name)
                        .equals(WantedDatabase.encoding(there.encoding())))
            .ifPresent(
                name -> problems.add(immutable(database, "encoding", there.encoding(), name)));
        database
            .locale()
            .filter(
                name -> !WantedDatabase.locale(name).equals(WantedDatabase.locale(there.locale())))
            .ifPresent(name -> problems.add(immutable(database, "locale", there.locale(), name)));
      }
    }
    return problems;
  }

  /** One line for each database. */
  public static List<SqlObjectStatus> status(List<WantedDatabase> wanted, DatabaseFacts facts) {
    List<DatabaseStep> left = plan(wanted, facts);
    List<InvalidSpec> immutable = immutable(wanted, facts);
    return wanted.stream()
        .map(
            database -> {
              Optional<String> message =
                  immutable.stream()
                      .filter(problem -> problem.field().startsWith(database.field() + "."))
                      .findFirst()
                      .map(InvalidSpec::getMessage)
                      .or(
                          () ->
                              left.stream()
                                  .filter(step -> step.database().equals(database.name()))
                                  .findFirst()
                                  .map(DatabaseStep::describe));
              return new SqlObjectStatus(
                  database.name(), message.isEmpty(), null, message.orElse(null));
            })
        .toList();
  }

  private static InvalidSpec immutable(
      WantedDatabase database, String field, String was, String wanted) {
    return new InvalidSpec(
        "Immutable",
        database.field() + "." + field,
        "the %s of database %s is %s and cannot become %s"
            .formatted(field, database.name(), was, wanted),
        "Set it back to %s, or list another database and copy the data with pg_dump"
            .formatted(was));
  }
}
