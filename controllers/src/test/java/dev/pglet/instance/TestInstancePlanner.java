package dev.pglet.instance;

import static dev.pglet.instance.TestingInstance.APP;
import static dev.pglet.instance.TestingInstance.COMPLETE;
import static dev.pglet.instance.TestingInstance.extension;
import static dev.pglet.instance.TestingInstance.lackingMonitor;
import static dev.pglet.instance.TestingInstance.observed;
import static dev.pglet.instance.TestingInstance.onServer;
import static dev.pglet.instance.TestingInstance.plan;
import static dev.pglet.instance.TestingInstance.unmonitored;
import static dev.pglet.instance.TestingInstance.wanted;
import static dev.pglet.server.TestingServer.PORT;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Database;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.instance.database.DatabaseStep;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Plan;
import dev.pglet.server.Configuration;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import dev.pglet.server.TestingServerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestInstancePlanner {
  @Nested
  final class Stages {
    @Test
    void makesVolumeAndClusterInOneStageAndTellsWhatComesNext() throws InvalidSpec {
      Plan<InstanceStep> plan = plan(wanted(APP), observed(TestingServer.absent()));

      assertThat(plan.steps())
          .containsExactly(
              onServer(new ServerStep.CreateVolume(VOLUME, 0)),
              new InstanceStep.InitCluster("17"),
              onServer(new ServerStep.PlaceCertificate("there is none yet")));
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
    void makesTheRoleThatReadsMetricsUnlessMonitoringIsOff() throws InvalidSpec {
      InstanceObserved lacking = lackingMonitor(false);
      assertThat(plan(wanted(APP), lacking).steps())
          .containsExactly(new InstanceStep.EnsureMonitor("pglet_monitor"));
      assertThat(plan(unmonitored(), lacking).steps()).isEmpty();
      assertThat(plan(wanted(APP), lackingMonitor(true)).steps())
          .as("a server that only replays")
          .isEmpty();
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
                      TestingInstance.RULES,
                      wanted(APP),
                      new TestingServerSpec().stopped().spec(),
                      observed(TestingServer.stopped()))
                  .isEmpty())
          .isTrue();
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
          .last()
          .isEqualTo(
              new InstanceStep.OnDatabase(new DatabaseStep.ChangeOwner("app", "app", "boss")));
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
    void waitsForNoOtherServersRestart() {
      assertThat(deletion(DeletionPolicy.Retain, TestingServer.running()))
          .noneMatch(InstanceStep::staggered);
      assertThat(onServer(new ServerStep.RestartServer(List.of("jit"))).staggered()).isTrue();
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
      return InstancePlanner.planDeletion(policy == DeletionPolicy.Delete, observed(server))
          .steps();
    }
  }
}
