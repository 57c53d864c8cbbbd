package dev.pglet.instance.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.instance.database.DatabaseFacts.Database;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Risk;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TestDatabasePlanner {
  private static final Database APP = new Database("app", "UTF8", "C.UTF-8");

  @Test
  void makesWhatIsMissingAndOfTheEmptyTemplateOnlyWhatDiffers() throws Exception {
    assertThat(
            plan(
                "{databases: [{name: b}, {name: c, locale: C.utf8, encoding: utf-8}, {name: d, locale: C}]}",
                Map.of("app", APP)))
        .containsExactly(
            create("b", Optional.empty(), Optional.empty(), false),
            create("c", Optional.of("utf-8"), Optional.of("C.utf8"), false),
            create("d", Optional.empty(), Optional.of("C"), true));
  }

  @Test
  void givesADatabaseBackToItsOwner() throws Exception {
    assertThat(
            plan(
                "{databases: [{name: b}]}",
                Map.of("app", APP, "b", new Database("thief", "UTF8", "C.UTF-8"))))
        .containsExactly(new DatabaseStep.ChangeOwner("b", "thief", "app"));
  }

  private static DatabaseFacts facts(Set<String> there, String... deletable) {
    Map<String, Database> databases = new HashMap<>();
    there.forEach(name -> databases.put(name, APP));
    return new DatabaseFacts(databases, new TreeSet<>(List.of(deletable)));
  }

  @Test
  void notesWhichDatabasesGoWithTheirEntriesAndForgetsThoseThatAreGone() throws Exception {
    String one = "{databases: [{name: b, deletionPolicy: Delete}, {name: c}]}";
    Set<String> there = Set.of("app", "b", "c");

    assertThat(DatabasePlanner.deletable(wanted(one), facts(there))).contains(List.of("b"));
    assertThat(DatabasePlanner.deletable(wanted(one), facts(there, "b"))).isEmpty();
    assertThat(DatabasePlanner.deletable(wanted("{databases: [{name: b}]}"), facts(there, "b")))
        .as("it says Retain now")
        .contains(List.of());
    assertThat(DatabasePlanner.deletable(wanted("{}"), facts(there, "b")))
        .as("its entry is gone, and it is not")
        .isEmpty();
    assertThat(DatabasePlanner.deletable(wanted("{}"), facts(Set.of("app"), "b")))
        .contains(List.of());
  }

  @Test
  void dropsOnlyWhatNobodyWantsAndWhatSaidSo() throws Exception {
    Set<String> there = Set.of("app", "b", "c");

    assertThat(DatabasePlanner.drops(wanted("{databases: [{name: c}]}"), facts(there, "b", "c")))
        .containsExactly(new DatabaseStep.DropDatabase("b"));
    assertThat(DatabasePlanner.drops(wanted("{}"), facts(there))).isEmpty();
    assertThat(DatabasePlanner.drops(wanted("{}"), facts(Set.of("app"), "b"))).isEmpty();
    assertThat(new DatabaseStep.DropDatabase("b").risk()).isEqualTo(Risk.DESTRUCTIVE);
  }

  @Test
  void theFirstDatabaseGoesWithItsInstanceAlone() throws Exception {
    PostgreSQLInstanceSpec spec =
        new YAMLMapper()
            .readValue(
                "{databases: [{name: app, deletionPolicy: Delete}]}", PostgreSQLInstanceSpec.class);
    assertThat(DatabaseRules.check(spec))
        .extracting(InvalidSpec::field)
        .containsExactly("spec.databases[0].deletionPolicy");
  }

  @Test
  void refusesWhatADatabaseCannotBecome() throws Exception {
    List<WantedDatabase> wanted =
        wanted("{databases: [{name: b, encoding: LATIN1, locale: de_DE.UTF-8}]}");
    DatabaseFacts facts = new DatabaseFacts(Map.of("app", APP, "b", APP));

    assertThat(DatabasePlanner.immutable(wanted, facts))
        .extracting(InvalidSpec::field)
        .containsExactly("spec.databases[0].encoding", "spec.databases[0].locale");
    assertThat(DatabasePlanner.immutable(wanted, facts).getFirst().remedy())
        .startsWith("Set it back to UTF8");
    assertThat(DatabasePlanner.status(wanted, facts).get(1).applied()).isFalse();
    assertThat(DatabasePlanner.status(wanted, facts).get(0).applied()).isTrue();
  }

  @Test
  void readsOneNameOfAnEncodingOrLocaleForAnother() throws Exception {
    List<WantedDatabase> wanted =
        wanted("{databases: [{name: b, encoding: unicode, locale: en_US.utf8}]}");

    assertThat(
            DatabasePlanner.immutable(
                wanted, new DatabaseFacts(Map.of("b", new Database("app", "UTF8", "en_US.UTF-8")))))
        .isEmpty();
  }

  private static DatabaseStep create(
      String name, Optional<String> encoding, Optional<String> locale, boolean ownTemplate) {
    return new DatabaseStep.CreateDatabase(name, "app", encoding, locale, ownTemplate);
  }

  private static List<DatabaseStep> plan(String yaml, Map<String, Database> databases)
      throws Exception {
    return DatabasePlanner.plan(wanted(yaml), new DatabaseFacts(databases));
  }

  private static List<WantedDatabase> wanted(String yaml) throws Exception {
    return WantedDatabase.of(new YAMLMapper().readValue(yaml, PostgreSQLInstanceSpec.class));
  }
}
