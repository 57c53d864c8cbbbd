package dev.pglet.instance;

import static dev.pglet.instance.TestingInstance.APP;
import static dev.pglet.instance.TestingInstance.RULES;
import static dev.pglet.instance.TestingInstance.adopting;
import static dev.pglet.instance.TestingInstance.observed;
import static dev.pglet.instance.TestingInstance.onServer;
import static dev.pglet.instance.TestingInstance.plan;
import static dev.pglet.instance.TestingInstance.wanted;
import static dev.pglet.server.TestingServer.PORT;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.pglet.api.v1alpha1.BootstrapSpec;
import dev.pglet.api.v1alpha1.BootstrapSpec.Adopt;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.StorageSpec;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.instance.InstanceObserved.SqlFacts;
import dev.pglet.instance.role.TestingRoles;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Data that was there before its instance: what is planned for it, and never for it. */
final class TestInstanceAdoption {
  private static final String DATA = "/srv/pg/main";

  private static TestingServer adopted(TestingServer server) {
    return server.marker(
        marker -> marker.plusFacts(Map.of("adopted", "true", "dataDirectory", DATA)));
  }

  private static VolumeMarker marker(TestingServer server) {
    return server.observed().volume().orElseThrow().marker();
  }

  @Test
  void takesTheDataOverAndMakesNone() throws InvalidSpec {
    assertThat(plan(adopting(DATA), observed(TestingServer.absent())).steps())
        .containsExactly(
            onServer(new ServerStep.CreateVolume(VOLUME, 0)),
            new InstanceStep.AdoptCluster(DATA),
            onServer(new ServerStep.PlaceCertificate("there is none yet")));
  }

  @Test
  void goesOnTakingOverAfterACrash() throws InvalidSpec {
    assertThat(plan(adopting(DATA), observed(adopted(TestingServer.created()))).steps())
        .containsExactly(new InstanceStep.AdoptCluster(DATA));
  }

  @Test
  void ensuresItsLoginBeforeTheFirstStartAndNeverAgain() throws InvalidSpec {
    TestingServer taken = adopted(TestingServer.initialized());
    assertThat(plan(adopting(DATA), observed(taken)).steps())
        .endsWith(
            new InstanceStep.EnsureSuperuser("postgres"),
            onServer(new ServerStep.StartServer(PORT)));

    TestingServer ensured =
        taken.marker(marker -> marker.plusFacts(Map.of(ClusterAdoption.SUPERUSER_FACT, "true")));
    assertThat(plan(adopting(DATA), observed(ensured)).steps())
        .doesNotHaveAnyElementsOfTypes(InstanceStep.EnsureSuperuser.class)
        .endsWith(onServer(new ServerStep.StartServer(PORT)));
  }

  @Test
  void doesNotEndInTheOtherWayWhatHasBegunInOne() {
    InvalidSpec madeAfterAll = refusal(wanted(APP), adopted(TestingServer.created()));
    assertThat(madeAfterAll.field()).isEqualTo("spec.bootstrap");
    assertThat(madeAfterAll).hasMessageContaining("taking over the data in " + DATA);

    InvalidSpec takenAfterAll = refusal(adopting(DATA), TestingServer.created());
    assertThat(takenAfterAll).hasMessageContaining("making the data in ");
  }

  private static InvalidSpec refusal(PostgreSQLInstanceSpec spec, TestingServer server) {
    return catchThrowableOfType(InvalidSpec.class, () -> plan(spec, observed(server)));
  }

  @Test
  void doesNothingForALaterEdit() throws InvalidSpec {
    TestingServer large =
        adopted(TestingServer.running())
            .marker(marker -> marker.plusFacts(Map.of("walSegmentSize", "64MB")));

    assertThat(plan(wanted(APP), observed(large, TestingInstance.COMPLETE)).isEmpty()).isTrue();
    assertThat(
            plan(adopting(DATA), observed(TestingServer.running(), TestingInstance.COMPLETE))
                .isEmpty())
        .isTrue();
  }

  @Test
  void saysOfALaterEditThatItDoesNothing() {
    VolumeMarker made = marker(TestingServer.running());
    VolumeMarker taken = marker(adopted(TestingServer.running()));
    BootstrapSpec adopt = new BootstrapSpec(null, new Adopt());

    assertThat(BootstrapFacts.ignored(adopt, taken)).isEmpty();
    assertThat(BootstrapFacts.ignored(BootstrapSpec.DEFAULT, made)).isEmpty();
    assertThat(BootstrapFacts.ignored(BootstrapSpec.DEFAULT, taken))
        .map(KindCondition::message)
        .hasValueSatisfying(said -> assertThat(said).contains("Set it back to adopt: {}"));
    assertThat(BootstrapFacts.ignored(adopt, made))
        .map(KindCondition::message)
        .hasValueSatisfying(said -> assertThat(said).contains("the data was made by initdb"));
  }

  @Test
  void refusesWhatCannotBeAtOnce() {
    BootstrapSpec both = new BootstrapSpec(BootstrapSpec.DEFAULT.madeWith(), new Adopt());
    StorageSpec storage = new StorageSpec("auto", null, null, null, null, "/srv/wal", null);

    assertThat(
            RULES.check(wanted(both, storage, APP, DeletionPolicy.Retain, MonitoringSpec.DEFAULT)))
        .extracting(InvalidSpec::reason, InvalidSpec::field)
        .containsExactly(
            tuple("BootstrapConflict", "spec.bootstrap.adopt"),
            tuple("NothingToAdopt", "spec.bootstrap.adopt"),
            tuple("BootstrapConflict", "spec.storage.walDirectory"));
    assertThat(RULES.check(adopting(null)))
        .extracting(InvalidSpec::reason)
        .containsExactly("NothingToAdopt");
    assertThat(RULES.check(adopting(DATA))).isEmpty();
  }

  @Test
  void givesTheDataBackWhateverThePolicy() {
    TestingServer stopped = adopted(TestingServer.stopped());
    assertThat(InstancePlanner.planDeletion(true, observed(stopped)).steps())
        .containsExactly(onServer(new ServerStep.DestroyVolume(VOLUME, DATA)))
        .first()
        .satisfies(
            step -> assertThat(step.describe()).contains(DATA + ", which was adopted, stays"));

    TestingServer begun = adopted(TestingServer.created());
    assertThat(marker(begun).phase()).isEqualTo(Phase.BUILDING);
    assertThat(InstancePlanner.planDeletion(false, observed(begun)).steps())
        .containsExactly(onServer(new ServerStep.DestroyVolume(VOLUME, DATA)));
  }

  @Test
  void doesNotStopTheServerOfAnotherCluster() {
    TestingServer running =
        adopted(TestingServer.running())
            .marker(marker -> marker.plusFacts(Map.of("systemIdentifier", "7300000000000000002")));

    assertThat(InstancePlanner.planDeletion(true, observed(running)).steps())
        .as("what is there is another one, and executing the step refuses that")
        .containsExactly(onServer(new ServerStep.DestroyVolume(VOLUME, DATA)));
  }

  @Test
  void leavesARoleOfTheClusterAsItIs() throws InvalidSpec {
    SqlFacts found =
        new SqlFacts(
            TestingRoles.FOUND,
            TestingInstance.COMPLETE.databases(),
            TestingInstance.COMPLETE.extensions());

    InvalidSpec refused =
        catchThrowableOfType(
            InvalidSpec.class,
            () -> plan(adopting(DATA), observed(adopted(TestingServer.running()), found)));
    assertThat(refused.reason()).isEqualTo("RoleHasPassword");
    assertThat(plan(wanted(APP), observed(TestingServer.running(), found)).steps())
        .as("of a cluster of its own")
        .isNotEmpty();
  }
}
