package dev.pglet.instance;

import static dev.pglet.server.TestingServer.PORT;
import static dev.pglet.server.TestingServer.UID;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.NetworkSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.RuntimeSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.StorageSpec;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.instance.InstanceObserved.Available;
import dev.pglet.instance.InstanceObserved.DatabaseFacts;
import dev.pglet.instance.InstanceObserved.Installed;
import dev.pglet.instance.InstanceObserved.Role;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Plan;
import dev.pglet.server.Configuration;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import dev.pglet.server.TestingServerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestInstancePlanner {
  private static final Database APP = new Database("app", "app", "UTF8", "C.UTF-8", "UTC");
  private static final DatabaseFacts COMPLETE =
      new DatabaseFacts(Optional.of(new Role(true, false)), Optional.of("app"), Map.of(), Map.of());

  private final TestingServerSpec spec = new TestingServerSpec();

  @Nested
  final class Stages {
    @Test
    void makesVolumeAndClusterInOneStageAndTellsWhatComesNext() throws InvalidSpec {
      Plan<InstanceStep> plan = plan(wanted(APP), observed(TestingServer.absent()));

      assertThat(plan.steps())
          .containsExactly(
              onServer(new ServerStep.CreateVolume(VOLUME, 0)), new InstanceStep.InitCluster("17"));
      assertThat(plan.beyond())
          .containsExactly("configuration, start, database and extensions, once the data is there");
    }

    @Test
    void goesOnWithTheVolumeThatACrashHasLeftEmpty() throws InvalidSpec {
      assertThat(plan(wanted(APP), observed(TestingServer.created())).steps())
          .containsExactly(new InstanceStep.InitCluster("17"));
    }

    @Test
    void initializesAgainWhatWasNotDeclaredReady() throws InvalidSpec {
      TestingServer unfinished =
          TestingServer.initialized().marker(marker -> marker.with(Phase.BUILDING));

      assertThat(plan(wanted(APP), observed(unfinished)).steps())
          .containsExactly(new InstanceStep.InitCluster("17"));
    }

    @Test
    void neverMakesDataAnewWhereThereWasSome() throws InvalidSpec {
      TestingServer lost = TestingServer.stopped().control(Optional.empty());

      assertThat(plan(wanted(APP), observed(lost)).steps())
          .doesNotHaveAnyElementsOfTypes(InstanceStep.InitCluster.class);
    }

    @Test
    void resumesRetainedDataWithoutInitializingIt() throws InvalidSpec {
      TestingServer retained =
          TestingServer.stopped().marker(marker -> marker.with(Phase.RETAINED));

      assertThat(plan(wanted(APP), observed(retained)).steps())
          .containsExactly(onServer(new ServerStep.ResumeVolume(VOLUME)));
    }

    @Test
    void configuresAndStartsOnceTheDataIsThere() throws InvalidSpec {
      Plan<InstanceStep> plan = plan(wanted(APP), observed(TestingServer.initialized()));

      assertThat(plan.steps())
          .hasSize(2)
          .last()
          .isEqualTo(onServer(new ServerStep.StartServer(PORT)));
      assertThat(plan.beyond()).containsExactly("database and extensions, once the server runs");
    }

    @Test
    void plansNothingForAnInstanceThatIsAsWanted() throws InvalidSpec {
      Plan<InstanceStep> plan = plan(wanted(APP), observed(TestingServer.running(), COMPLETE));

      assertThat(plan.isEmpty()).isTrue();
      assertThat(plan.beyond()).isEmpty();
    }

    @Test
    void waitsForARecoveringServer() throws InvalidSpec {
      Plan<InstanceStep> plan =
          plan(wanted(APP), observed(TestingServer.stopped().process(Readiness.STARTING)));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.awaiting().orElseThrow().reason()).isEqualTo("Recovering");
    }

    @Test
    void touchesNoDatabaseOfAStoppedInstance() throws InvalidSpec {
      assertThat(
              InstancePlanner.plan(
                      wanted(APP), spec.stopped().spec(), observed(TestingServer.stopped()))
                  .isEmpty())
          .isTrue();
    }
  }

  @Nested
  final class DatabaseAndOwner {
    @Test
    void makesRoleThenPasswordThenDatabaseThenExtensions() throws InvalidSpec {
      DatabaseFacts nothing =
          new DatabaseFacts(Optional.empty(), Optional.empty(), Map.of(), Map.of());

      assertThat(
              plan(
                      wanted(APP, extension("citext", null, null)),
                      observed(TestingServer.running(), nothing, false))
                  .steps())
          .containsExactly(
              new InstanceStep.EnsureOwner("app"),
              new InstanceStep.SetPassword("app"),
              new InstanceStep.CreateDatabase("app", "app"),
              new InstanceStep.CreateExtension("app", "citext", null, null));
    }

    @Test
    void takesSuperuserRightsAwayFromAnOwner() throws InvalidSpec {
      assertThat(database(owner(new Role(true, true))))
          .containsExactly(new InstanceStep.EnsureOwner("app"));
    }

    @Test
    void letsAnOwnerLogInAgain() throws InvalidSpec {
      assertThat(database(owner(new Role(false, false))))
          .containsExactly(new InstanceStep.EnsureOwner("app"));
    }

    @Test
    void changesTheOwnerOfAnExistingDatabase() throws InvalidSpec {
      DatabaseFacts facts =
          new DatabaseFacts(
              Optional.of(new Role(true, false)), Optional.of("old"), Map.of(), Map.of());

      assertThat(database(facts))
          .containsExactly(new InstanceStep.ChangeOwner("app", "old", "app"));
    }

    @Test
    void setsANewPasswordWhenThePassfileIsLost() throws InvalidSpec {
      assertThat(plan(wanted(APP), observed(TestingServer.running(), COMPLETE, false)).steps())
          .containsExactly(new InstanceStep.SetPassword("app"));
    }

    private DatabaseFacts owner(Role role) {
      return new DatabaseFacts(Optional.of(role), Optional.of("app"), Map.of(), Map.of());
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
      return new DatabaseFacts(COMPLETE.owner(), COMPLETE.databaseOwner(), installed, available);
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

  @Nested
  final class Refusing {
    private final TestingServer made =
        TestingServer.running()
            .marker(
                marker ->
                    marker.withFacts(
                        Map.of(
                            InstancePlanner.DATABASE_FACT, "app",
                            InstancePlanner.ENCODING_FACT, "UTF8",
                            InstancePlanner.LOCALE_FACT, "C.UTF-8")));

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "template0", "template1"})
    void refusesTheDatabasesOfPostgresItself(String name) {
      InvalidSpec error =
          refusal(new Database(name, "app", "UTF8", "C.UTF-8", "UTC"), TestingServer.absent());

      assertThat(error.field()).isEqualTo("spec.database.name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "pg_monitor"})
    void refusesTheRolesOfPostgresItself(String name) {
      InvalidSpec error =
          refusal(new Database("app", name, "UTF8", "C.UTF-8", "UTC"), TestingServer.absent());

      assertThat(error.field()).isEqualTo("spec.database.owner");
    }

    @Test
    void refusesAnExtensionThatIsListedTwice() {
      InvalidSpec error =
          catchThrowableOfType(
              InvalidSpec.class,
              () ->
                  plan(
                      wanted(
                          APP, extension("citext", null, null), extension("citext", "1.6", null)),
                      observed(TestingServer.absent())));

      assertThat(error.field()).isEqualTo("spec.extensions[1].name");
    }

    @Test
    void refusesWhatCannotChangeOnceTheDataIsMade() {
      assertThat(refusal(new Database("shop", "app", "UTF8", "C.UTF-8", "UTC"), made).field())
          .isEqualTo("spec.database.name");
      assertThat(refusal(new Database("app", "app", "LATIN1", "C.UTF-8", "UTC"), made).field())
          .isEqualTo("spec.database.encoding");
      InvalidSpec locale = refusal(new Database("app", "app", "UTF8", "C", "UTC"), made);
      assertThat(locale.field()).isEqualTo("spec.database.locale");
      assertThat(locale.remedy()).startsWith("Set it back to C.UTF-8");
    }

    @Test
    void letsTheOwnerChangeAfterTheDataIsMade() throws InvalidSpec {
      Database moved = new Database("app", "boss", "UTF8", "C.UTF-8", "UTC");

      assertThat(plan(wanted(moved), observed(made, COMPLETE)).steps())
          .containsExactly(new InstanceStep.ChangeOwner("app", "app", "boss"));
    }

    @Test
    void startsAnInstanceThatIsDownAsItWasDespiteARefusedSpec() throws InvalidSpec {
      TestingServer down =
          TestingServer.stopped()
              .marker(marker -> marker.withFacts(Map.of(InstancePlanner.DATABASE_FACT, "app")));

      assertThat(
              plan(wanted(new Database("shop", "app", "UTF8", "C.UTF-8", "UTC")), observed(down))
                  .steps())
          .containsExactly(onServer(new ServerStep.StartServer(PORT)));
    }

    @Test
    void leavesTheDatabaseAloneWhenTheConfigurationWasRefused() {
      Configuration refused = TestingServer.configuration(Map.of("work_mem", "1PB"));
      TestingServer server =
          TestingServer.running()
              .desires(refused, "work_mem")
              .refused(refused, "spec.parameters.work_mem", "too big");

      InvalidSpec error =
          catchThrowableOfType(
              InvalidSpec.class, () -> plan(wanted(APP), observed(server, COMPLETE)));

      assertThat(error.reason()).isEqualTo("ConfigurationRefused");
    }

    private InvalidSpec refusal(Database database, TestingServer server) {
      return catchThrowableOfType(
          InvalidSpec.class, () -> plan(wanted(database), observed(server)));
    }
  }

  @Nested
  final class Deleting {
    @Test
    void keepsTheDataUnlessThePolicySaysDelete() {
      assertThat(deletion(DeletionPolicy.Retain, TestingServer.running()))
          .containsExactly(
              onServer(new ServerStep.StopServer()), onServer(new ServerStep.RetainVolume(VOLUME)));
      assertThat(deletion(DeletionPolicy.Delete, TestingServer.running()))
          .containsExactly(
              onServer(new ServerStep.StopServer()),
              onServer(new ServerStep.DestroyVolume(VOLUME)));
    }

    @Test
    void isFinishedWhenThereIsNothingOrEverythingIsRetained() {
      assertThat(deletion(DeletionPolicy.Delete, TestingServer.absent())).isEmpty();
      assertThat(
              deletion(
                  DeletionPolicy.Retain,
                  TestingServer.stopped().marker(marker -> marker.with(Phase.RETAINED))))
          .isEmpty();
    }

    @Test
    void removesAHalfMadeClusterWhateverThePolicy() {
      assertThat(deletion(DeletionPolicy.Retain, TestingServer.created()))
          .containsExactly(onServer(new ServerStep.DestroyVolume(VOLUME)));
    }

    private List<InstanceStep> deletion(DeletionPolicy policy, TestingServer server) {
      return InstancePlanner.planDeletion(wanted(APP, policy), observed(server)).steps();
    }
  }

  private Plan<InstanceStep> plan(PostgreSQLInstanceSpec wanted, InstanceObserved observed)
      throws InvalidSpec {
    return InstancePlanner.plan(wanted, spec.spec(), observed);
  }

  private static PostgreSQLInstanceSpec wanted(Database database, Extension... extensions) {
    return wanted(database, DeletionPolicy.Retain, extensions);
  }

  private static PostgreSQLInstanceSpec wanted(
      Database database, DeletionPolicy policy, Extension... extensions) {
    return new PostgreSQLInstanceSpec(
        "17",
        new RuntimeSpec("auto"),
        DesiredState.Running,
        new NetworkSpec(0, "127.0.0.1", null),
        new StorageSpec("auto", null),
        database,
        Map.of(),
        List.of(extensions),
        policy);
  }

  private static Extension extension(
      String name, @Nullable String version, @Nullable String schema) {
    return new Extension(name, version, schema);
  }

  private static InstanceStep onServer(ServerStep step) {
    return new InstanceStep.OnServer(step);
  }

  private static InstanceObserved observed(TestingServer server) {
    return observed(server, Optional.empty(), true);
  }

  private static InstanceObserved observed(TestingServer server, DatabaseFacts facts) {
    return observed(server, Optional.of(facts), true);
  }

  private static InstanceObserved observed(
      TestingServer server, DatabaseFacts facts, boolean passfile) {
    return observed(server, Optional.of(facts), passfile);
  }

  private static InstanceObserved observed(
      TestingServer server, Optional<DatabaseFacts> facts, boolean passfile) {
    return new InstanceObserved(UID, server.observed(), "app", "app", Map.of(), passfile, facts);
  }
}
