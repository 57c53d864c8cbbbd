package dev.pglet.instance;

import static dev.pglet.instance.TestingInstance.APP;
import static dev.pglet.instance.TestingInstance.COMPLETE;
import static dev.pglet.instance.TestingInstance.extension;
import static dev.pglet.instance.TestingInstance.observed;
import static dev.pglet.instance.TestingInstance.plan;
import static dev.pglet.instance.TestingInstance.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.instance.InstanceObserved.Available;
import dev.pglet.instance.InstanceObserved.DatabaseFacts;
import dev.pglet.instance.InstanceObserved.Installed;
import dev.pglet.instance.role.TestingRoles;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.TestingServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is done in the database of a running instance. */
final class TestInstanceDatabase {
  @Nested
  final class DatabaseAndOwner {
    @Test
    void makesRoleThenPasswordThenDatabaseAndLooksForExtensionsInside() throws InvalidSpec {
      DatabaseFacts nothing =
          new DatabaseFacts(TestingRoles.NONE, Optional.empty(), Map.of(), Map.of());

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
      DatabaseFacts facts =
          new DatabaseFacts(TestingRoles.OWNER, Optional.of("old"), Map.of(), Map.of());

      assertThat(database(facts))
          .containsExactly(new InstanceStep.ChangeOwner("app", "old", "app"));
    }

    private List<InstanceStep> database(DatabaseFacts facts) throws InvalidSpec {
      return plan(wanted(APP), observed(TestingServer.running(), facts)).steps();
    }
  }

  @Nested
  final class Extensions {
    private final Extension citext = extension("citext", null, null);

    @Test
    void createsAnExtensionThatTheBinariesHave() throws InvalidSpec {
      assertThat(steps(facts(Map.of(), Map.of("citext", available("1.6"))), citext))
          .containsExactly(new InstanceStep.CreateExtension("app", "citext", null, null));
    }

    @Test
    void leavesTheVersionOfAnExtensionWhoseEntryNamesNone() throws InvalidSpec {
      assertThat(
              steps(
                  facts(
                      Map.of("citext", new Installed("1.5", "public")),
                      Map.of("citext", available("1.5", "1.6"))),
                  citext))
          .isEmpty();
    }

    @Test
    void updatesToTheVersionThatTheEntryNames() throws InvalidSpec {
      assertThat(
              steps(
                  facts(
                      Map.of("citext", new Installed("1.5", "public")),
                      Map.of("citext", available("1.5", "1.6"))),
                  extension("citext", "1.6", null)))
          .containsExactly(new InstanceStep.UpdateExtension("app", "citext", "1.5", "1.6"));
    }

    @Test
    void movesAnExtensionToTheSchemaThatTheEntryNames() throws InvalidSpec {
      assertThat(
              steps(
                  facts(
                      Map.of("citext", new Installed("1.6", "public")),
                      Map.of("citext", available("1.6"))),
                  extension("citext", null, "tools")))
          .containsExactly(new InstanceStep.MoveExtension("app", "citext", "tools"));
    }

    @Test
    void doesEverythingElseBeforeItSaysThatAnExtensionIsMissing() throws InvalidSpec {
      DatabaseFacts facts = facts(Map.of(), Map.of("citext", available("1.6")));

      assertThat(steps(facts, extension("postgis", null, null), citext))
          .containsExactly(new InstanceStep.CreateExtension("app", "citext", null, null));
    }

    @Test
    void namesTheEntryOfAMissingExtensionLastOfAll() {
      DatabaseFacts facts =
          facts(
              Map.of("citext", new Installed("1.6", "public")), Map.of("citext", available("1.6")));

      InvalidSpec error = refusal(facts, citext, extension("postgis", null, null));

      assertThat(error.reason()).isEqualTo("ExtensionMissing");
      assertThat(error.field()).isEqualTo("spec.extensions[1].name");
      assertThat(error.explain()).contains("no extension postgis", "Install its package");
    }

    @Test
    void namesTheVersionsThereAreWhenTheWantedOneIsMissing() {
      InvalidSpec error =
          refusal(
              facts(Map.of(), Map.of("citext", available("1.6"))),
              extension("citext", "9.9", null));

      assertThat(error.reason()).isEqualTo("ExtensionVersionMissing");
      assertThat(error.field()).isEqualTo("spec.extensions[0].version");
      assertThat(error.getMessage()).contains("9.9", "1.6");
    }

    @Test
    void keepsAnInstalledVersionThatThePackageNoLongerHas() throws InvalidSpec {
      assertThat(
              steps(
                  facts(
                      Map.of("citext", new Installed("1.4", "public")),
                      Map.of("citext", available("1.6"))),
                  extension("citext", "1.4", null)))
          .isEmpty();
    }

    @Test
    void dropsNothingWhoseEntryIsGone() throws InvalidSpec {
      assertThat(steps(facts(Map.of("citext", new Installed("1.6", "public")), Map.of())))
          .isEmpty();
    }

    private DatabaseFacts facts(
        Map<String, Installed> installed, Map<String, Available> available) {
      return new DatabaseFacts(COMPLETE.roles(), COMPLETE.databaseOwner(), installed, available);
    }

    private Available available(String... versions) {
      return new Available(Set.of(versions), "");
    }

    private List<InstanceStep> steps(DatabaseFacts facts, Extension... extensions)
        throws InvalidSpec {
      return plan(wanted(APP, extensions), observed(TestingServer.running(), facts)).steps();
    }

    private InvalidSpec refusal(DatabaseFacts facts, Extension... extensions) {
      return catchThrowableOfType(InvalidSpec.class, () -> steps(facts, extensions));
    }
  }
}
