package dev.pglet.instance;

import static dev.pglet.instance.TestingInstance.APP;
import static dev.pglet.instance.TestingInstance.COMPLETE;
import static dev.pglet.instance.TestingInstance.extension;
import static dev.pglet.instance.TestingInstance.observed;
import static dev.pglet.instance.TestingInstance.plan;
import static dev.pglet.instance.TestingInstance.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.instance.InstanceObserved.SqlFacts;
import dev.pglet.instance.database.DatabaseFacts;
import dev.pglet.instance.database.DatabaseStep;
import dev.pglet.instance.extension.ExtensionFacts;
import dev.pglet.instance.extension.ExtensionFacts.Available;
import dev.pglet.instance.extension.ExtensionFacts.InDatabase;
import dev.pglet.instance.extension.ExtensionStep;
import dev.pglet.instance.role.TestingRoles;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.TestingServer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is done by SQL in a running instance, and in which order. */
final class TestInstanceDatabase {
  @Test
  void makesRoleThenPasswordThenDatabaseAndLooksForExtensionsInside() throws InvalidSpec {
    SqlFacts nothing =
        new SqlFacts(TestingRoles.NONE, new DatabaseFacts(Map.of()), extensions(Map.of()));

    assertThat(
            plan(
                    wanted(APP, extension("citext", null, null)),
                    observed(TestingServer.running(), nothing))
                .steps())
        .extracting(InstanceStep::name)
        .containsExactly("CreateRole", "SetPassword", "CreateDatabase");
  }

  @Test
  void changesTheOwnerOfAnExistingDatabase() throws InvalidSpec {
    SqlFacts facts =
        new SqlFacts(
            TestingRoles.OWNER,
            new DatabaseFacts(
                Map.of(
                    "app", new DatabaseFacts.Database("16384", "old", "UTF8", "C.UTF-8", false))),
            COMPLETE.extensions());

    assertThat(plan(wanted(APP), observed(TestingServer.running(), facts)).steps())
        .containsExactly(
            new InstanceStep.OnDatabase(new DatabaseStep.ChangeOwner("app", "old", "app")));
  }

  @Test
  void doesEverythingElseBeforeItSaysThatAnExtensionIsMissing() throws InvalidSpec {
    SqlFacts facts = facts(Map.of("citext", new Available(Set.of("1.6"))));

    assertThat(
            plan(
                    wanted(APP, extension("postgis", null, null), extension("citext", null, null)),
                    observed(TestingServer.running(), facts))
                .steps())
        .containsExactly(
            new InstanceStep.OnExtension(
                new ExtensionStep.CreateExtension("app", "citext", null, null)));
  }

  @Test
  void namesTheEntryOfAMissingExtensionAndTheCommandLastOfAll() {
    InvalidSpec error =
        catchThrowableOfType(
            InvalidSpec.class,
            () ->
                plan(
                    wanted(APP, extension("postgis", null, null)),
                    observed(TestingServer.running(), facts(Map.of()))));

    assertThat(error.reason()).isEqualTo("ExtensionMissing");
    assertThat(error.field()).isEqualTo("spec.extensions[0].name");
    assertThat(error.explain())
        .contains("no extension postgis", "Run: apt-get install postgresql-17-postgis-3");
  }

  private static SqlFacts facts(Map<String, Available> available) {
    return new SqlFacts(
        COMPLETE.roles(),
        COMPLETE.databases(),
        extensions(Map.of("app", new InDatabase(Map.of(), available))));
  }

  private static ExtensionFacts extensions(Map<String, InDatabase> databases) {
    return new ExtensionFacts(databases, List.of(), List.of(), COMPLETE.extensions().host());
  }
}
