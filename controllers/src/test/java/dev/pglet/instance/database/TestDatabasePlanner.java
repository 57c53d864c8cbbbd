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
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TestDatabasePlanner {
  private static final Database APP = new Database("16384", "app", "UTF8", "C.UTF-8", false);
  private static final SortedMap<String, String> NOTED_B = new TreeMap<>(Map.of("b", "16384"));

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
                Map.of("app", APP, "b", new Database("16385", "thief", "UTF8", "C.UTF-8", false))))
        .containsExactly(new DatabaseStep.ChangeOwner("b", "thief", "app"));
  }

  private static DatabaseFacts facts(Set<String> there, String... deletable) {
    Map<String, Database> databases = new HashMap<>();
    there.forEach(name -> databases.put(name, APP));
    Map<String, String> noted = new TreeMap<>();
    List.of(deletable).forEach(name -> noted.put(name, "16384"));
    return new DatabaseFacts(databases, new TreeMap<>(noted));
  }

  @Test
  void notesWhichDatabasesGoWithTheirEntriesAndForgetsThoseThatAreGone() throws Exception {
    String one = "{databases: [{name: b, deletionPolicy: Delete}, {name: c}]}";
    Set<String> there = Set.of("app", "b", "c");

    assertThat(DatabasePlanner.deletable(wanted(one), facts(there))).contains(NOTED_B);
    assertThat(DatabasePlanner.deletable(wanted(one), facts(there, "b"))).isEmpty();
    assertThat(DatabasePlanner.deletable(wanted("{databases: [{name: b}]}"), facts(there, "b")))
        .as("it says Retain now")
        .contains(new TreeMap<>());
    assertThat(DatabasePlanner.deletable(wanted("{}"), facts(there, "b")))
        .as("its entry is gone, and it is not")
        .isEmpty();
    assertThat(DatabasePlanner.deletable(wanted("{}"), facts(Set.of("app"), "b")))
        .contains(new TreeMap<>());
  }

  @Test
  void dropsOnlyWhatNobodyWantsAndWhatSaidSo() throws Exception {
    Set<String> there = Set.of("app", "b", "c");

    assertThat(DatabasePlanner.drops(wanted("{databases: [{name: c}]}"), facts(there, "b", "c")))
        .containsExactly(new DatabaseStep.DropDatabase("b", "16384"));
    assertThat(DatabasePlanner.drops(wanted("{}"), facts(there))).isEmpty();
    assertThat(DatabasePlanner.drops(wanted("{}"), facts(Set.of("app"), "b"))).isEmpty();
    assertThat(new DatabaseStep.DropDatabase("b", "16384").risk()).isEqualTo(Risk.DESTRUCTIVE);
  }

  @Test
  void whatWasMadeAnewByTheNameOfOneThatIsGoneStays() throws Exception {
    DatabaseFacts facts =
        new DatabaseFacts(Map.of("app", APP, "b", APP), new TreeMap<>(Map.of("b", "16383")));

    assertThat(DatabasePlanner.drops(wanted("{}"), facts)).isEmpty();
    assertThat(DatabasePlanner.deletable(wanted("{}"), facts)).contains(new TreeMap<>());
    String entry = "{databases: [{name: b, deletionPolicy: Delete}]}";
    assertThat(DatabasePlanner.deletable(wanted(entry), facts)).contains(NOTED_B);
    assertThat(DatabasePlanner.deletable(wanted(entry), facts(Set.of("app"))))
        .as("what is not there yet has no number to note")
        .isEmpty();
  }

  @Test
  void whatAnEarlierPgletHasNotedByItsNameAloneGoesByIt() throws Exception {
    DatabaseFacts facts =
        new DatabaseFacts(Map.of("app", APP, "b", APP), new TreeMap<>(Map.of("b", "")));

    assertThat(DatabasePlanner.drops(wanted("{}"), facts))
        .containsExactly(new DatabaseStep.DropDatabase("b", "16384"));
    assertThat(DatabasePlanner.deletable(wanted("{}"), facts))
        .as("from now on it is that one")
        .contains(NOTED_B);
  }

  @Test
  void whatSomebodyUsesKeepsNoOtherWaiting() throws Exception {
    Database used = new Database("16385", "app", "UTF8", "C.UTF-8", true);
    DatabaseFacts facts =
        new DatabaseFacts(
            Map.of("a", used, "b", APP), new TreeMap<>(Map.of("a", "16385", "b", "16384")));

    assertThat(DatabasePlanner.drops(wanted("{}"), facts))
        .containsExactly(
            new DatabaseStep.DropDatabase("b", "16384"),
            new DatabaseStep.DropDatabase("a", "16385"));
  }

  @Test
  void readsBackWhatIsNoted() {
    Map<String, String> noted = new TreeMap<>(Map.of("a", "1", "b", "2"));
    assertThat(DatabaseFacts.deletable(DatabaseFacts.fact(noted))).isEqualTo(noted);
    assertThat(DatabaseFacts.deletable(DatabaseFacts.fact(Map.of()))).isEmpty();
    assertThat(DatabaseFacts.deletable(null)).isEmpty();
    assertThat(DatabaseFacts.deletable("a,b")).isEqualTo(Map.of("a", "", "b", ""));
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
                wanted,
                new DatabaseFacts(
                    Map.of("b", new Database("16385", "app", "UTF8", "en_US.UTF-8", false)))))
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
