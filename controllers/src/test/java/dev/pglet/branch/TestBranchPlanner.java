package dev.pglet.branch;

import static dev.pglet.server.TestingServer.PORT;
import static dev.pglet.server.TestingServer.UID;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.BranchSpec;
import dev.pglet.api.v1alpha1.ChildPolicy;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.branch.BranchObserved.Source;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.Wait;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import dev.pglet.server.TestingServerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestBranchPlanner {
  private static final ResourceKey SOURCE = ResourceKey.of(PostgreSQLInstance.KIND, "main");
  private static final ResourceKey CHILD = ResourceKey.of(Branch.KIND, "child");
  private static final String COPY = "copy-" + VOLUME;
  private static final Source READY = new Source.Ready("uid-of-main", true, "17.6");

  private final TestingServerSpec spec = new TestingServerSpec();

  /** The data is in place, and nobody may use it yet. */
  private final TestingServer copied =
      TestingServer.initialized().marker(marker -> marker.with(Phase.BUILDING));

  @Nested
  final class Copying {
    @Test
    void waitsForASourceThatIsNotThere() throws InvalidSpec {
      Plan<BranchStep> plan = plan(absent(new Source.Missing()));

      assertThat(plan.steps()).isEmpty();
      Wait wait = plan.awaiting().orElseThrow();
      assertThat(wait.reason()).isEqualTo("SourceMissing");
      assertThat(wait.resource()).contains(SOURCE);
    }

    @Test
    void waitsForASourceThatIsNotReadyAndSaysWhy() throws InvalidSpec {
      Wait wait = plan(absent(new Source.NotReady("main is recovering"))).awaiting().orElseThrow();

      assertThat(wait.message()).isEqualTo("main is recovering");
      assertThat(wait.resource()).contains(SOURCE);
    }

    @Test
    void saysWhatASourceHasThatCannotBeCloned() {
      InvalidSpec error =
          refusal(
              wanted(Map.of()), absent(new Source.Impossible("it has tablespaces", "Drop them")));

      assertThat(error.reason()).isEqualTo("SourceImpossible");
      assertThat(error.explain()).isEqualTo("it has tablespaces. Drop them");
    }

    @Test
    void makesAVolumeAndStartsTheCopy() throws InvalidSpec {
      Plan<BranchStep> plan = plan(absent(READY));

      assertThat(plan.steps())
          .containsExactly(
              onServer(new ServerStep.CreateVolume(VOLUME, 0)),
              new BranchStep.StartCopy(COPY, SOURCE, true));
      assertThat(plan.awaiting().orElseThrow().reason()).isEqualTo("Copying");
    }

    @Test
    void copiesAStoppedSourceAsStopped() throws InvalidSpec {
      assertThat(plan(absent(new Source.Ready("uid-of-main", false, "17.6"))).steps())
          .contains(new BranchStep.StartCopy(COPY, SOURCE, false));
    }

    @Test
    void waitsWhileTheCopyRunsWithoutTickingInTheStatus() throws InvalidSpec {
      Plan<BranchStep> plan = plan(copying(new OperationState.Running(499, 1000)));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.awaiting().orElseThrow().message()).endsWith("(40 %)");
      assertThat(plan(copying(new OperationState.Running(401, 1000))).awaiting())
          .isEqualTo(plan.awaiting());
    }

    @Test
    void showsProgressBeforeTheSizeIsKnown() throws InvalidSpec {
      assertThat(plan(copying(new OperationState.Running(0, 0))).awaiting().orElseThrow().message())
          .endsWith("(0 %)");
    }

    @Test
    void discardsWhatAnInterruptedCopyHasLeft() throws InvalidSpec {
      assertThat(plan(copying(new OperationState.Interrupted())).steps())
          .containsExactly(new BranchStep.DiscardCopy(COPY, ""));
    }

    @Test
    void discardsAFailedCopyAndPassesItsFailureOn() throws InvalidSpec {
      assertThat(plan(copying(new OperationState.Failed("DiskFull", "no space left"))).steps())
          .containsExactly(new BranchStep.DiscardCopy(COPY, "no space left"));
    }

    @Test
    void startsAgainWhenTheDataOfAFinishedCopyIsGone() throws InvalidSpec {
      assertThat(plan(copying(new OperationState.Succeeded())).steps())
          .containsExactly(new BranchStep.DiscardCopy(COPY, ""));
    }

    private BranchObserved copying(OperationState state) {
      return observed(
          TestingServer.created(), Optional.empty(), READY, Optional.of(state), true, List.of());
    }
  }

  @Nested
  final class Opening {
    @Test
    void acceptsTheCopyOnceItsDataIsInPlace() throws InvalidSpec {
      assertThat(plan(taken(new OperationState.Succeeded())).steps())
          .containsExactly(new BranchStep.AcceptCopy(COPY));
    }

    @Test
    void acceptsACopyThatACrashHasCutOffAfterItsLastAct() throws InvalidSpec {
      assertThat(plan(taken(new OperationState.Interrupted())).steps())
          .containsExactly(new BranchStep.AcceptCopy(COPY));
    }

    @Test
    void waitsForTheEndOfACopyWhoseDataIsInPlace() throws InvalidSpec {
      Plan<BranchStep> plan = plan(taken(new OperationState.Running(10, 10)));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.awaiting().orElseThrow().reason()).isEqualTo("Copying");
    }

    @Test
    void startsPrivatelyWithItsOwnConfigurationFirst() throws InvalidSpec {
      String hash = copied.observed().desired().orElseThrow().hash();

      assertThat(plan(building(copied, false)).steps())
          .containsExactly(
              onServer(new ServerStep.ApplyConfiguration(hash, List.of(), false)),
              new BranchStep.StartPrivately(PORT));
      assertThat(plan(building(copied.onDisk(true), false)).steps())
          .containsExactly(new BranchStep.StartPrivately(PORT));
    }

    @Test
    void waitsUntilTheCopyIsConsistent() throws InvalidSpec {
      Plan<BranchStep> plan =
          plan(building(copied.onDisk(true).process(Readiness.STARTING), false));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.awaiting().orElseThrow().reason()).isEqualTo("Recovering");
    }

    @Test
    void sanitizesBeforeAnyClientCanConnect() throws InvalidSpec {
      assertThat(plan(building(copied.onDisk(true).process(Readiness.ACCEPTING), false)).steps())
          .containsExactly(new BranchStep.Sanitize());
    }

    @Test
    void endsThePrivateServerBeforeItOpensTheBranch() throws InvalidSpec {
      assertThat(plan(building(copied.onDisk(true).process(Readiness.ACCEPTING), true)).steps())
          .containsExactly(onServer(new ServerStep.StopServer()), new BranchStep.OpenBranch());
    }

    @Test
    void opensWithoutAStopWhenThePrivateServerIsDown() throws InvalidSpec {
      assertThat(plan(building(copied.onDisk(true), true)).steps())
          .containsExactly(new BranchStep.OpenBranch());
    }

    @Test
    void startsForClientsOnlyWhenItIsOpen() throws InvalidSpec {
      assertThat(plan(open(TestingServer.stopped(), true)).steps())
          .containsExactly(onServer(new ServerStep.StartServer(PORT)));
    }

    @Test
    void givesTheOwnerAPasswordOfItsOwnWhenTheServerRuns() throws InvalidSpec {
      assertThat(plan(open(TestingServer.running(), false)).steps())
          .containsExactly(new BranchStep.SetPassword("shop_owner"));
    }

    @Test
    void plansNothingForABranchThatIsAsWanted() throws InvalidSpec {
      assertThat(plan(open(TestingServer.running(), true)).isEmpty()).isTrue();
    }

    private BranchObserved taken(OperationState state) {
      return observed(
          copied,
          Optional.of(facts(false)),
          new Source.Taken(),
          Optional.of(state),
          false,
          List.of());
    }

    private BranchObserved building(TestingServer server, boolean sanitized) {
      return observed(
          server,
          Optional.of(facts(sanitized)),
          new Source.Taken(),
          Optional.empty(),
          false,
          List.of());
    }
  }

  @Nested
  final class Refusing {
    @Test
    void refusesNoSourceAndTwoSources() {
      assertThat(refusal(from(null, null), absent(READY)).getMessage())
          .isEqualTo("spec.source names nothing");
      assertThat(refusal(from("main", "other"), absent(READY)).getMessage())
          .isEqualTo("spec.source names two sources");
    }

    @Test
    void acceptsABranchAsSource() throws InvalidSpec {
      ResourceKey branch = ResourceKey.of(Branch.KIND, "other");

      assertThat(
              BranchPlanner.plan(from(null, "other"), branch, spec.spec(), absent(READY)).steps())
          .contains(new BranchStep.StartCopy(COPY, branch, true));
    }

    @Test
    void refusesAnotherSourceThanTheOneItWasTakenFrom() {
      InvalidSpec error =
          catchThrowableOfType(
              InvalidSpec.class,
              () ->
                  BranchPlanner.plan(
                      from("elsewhere", null),
                      ResourceKey.of(PostgreSQLInstance.KIND, "elsewhere"),
                      spec.spec(),
                      open(TestingServer.running(), true)));

      assertThat(error.reason()).isEqualTo("Immutable");
      assertThat(error.field()).isEqualTo("spec.source");
      assertThat(error.getMessage())
          .contains("postgresqlinstance/main", "postgresqlinstance/elsewhere");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "archive_mode",
          "Archive_Command",
          "archive_library",
          "primary_conninfo",
          "recovery_target_time",
          "synchronous_standby_names",
          "cron.launch_active_jobs"
        })
    void refusesSettingsThatWouldActForTheSource(String name) {
      InvalidSpec error = refusal(wanted(Map.of(name, "on")), open(TestingServer.running(), true));

      assertThat(error.reason()).isEqualTo("FixedSetting");
      assertThat(error.field()).isEqualTo("spec.parameters." + name);
    }

    @Test
    void startsABranchThatIsDownAsItWasDespiteARefusedSpec() throws InvalidSpec {
      assertThat(
              BranchPlanner.plan(
                      wanted(Map.of("archive_mode", "on")),
                      SOURCE,
                      spec.spec(),
                      open(TestingServer.stopped(), true))
                  .steps())
          .containsExactly(onServer(new ServerStep.StartServer(PORT)));
    }

    @Test
    void neverStartsForClientsWhatIsNotOpenYet() {
      BranchObserved unopened =
          observed(
              copied.onDisk(true).lastGood("good"),
              Optional.of(facts(false)),
              new Source.Taken(),
              Optional.empty(),
              false,
              List.of());

      assertThat(refusal(wanted(Map.of("archive_mode", "on")), unopened).reason())
          .isEqualTo("FixedSetting");
    }
  }

  @Nested
  final class Deleting {
    @Test
    void waitsForTheFirstBranchThatDependsOnItAndNamesAll() {
      ResourceKey other = ResourceKey.of(Branch.KIND, "other");
      Plan<BranchStep> plan = deletion(DeletionPolicy.Delete, open(List.of(CHILD, other)));

      assertThat(plan.steps()).isEmpty();
      Wait wait = plan.awaiting().orElseThrow();
      assertThat(wait.resource()).contains(CHILD);
      assertThat(wait.message()).contains("branch/child, branch/other");
    }

    @Test
    void followsThePolicyForItsData() {
      assertThat(deletion(DeletionPolicy.Delete, open(List.of())).steps())
          .containsExactly(
              onServer(new ServerStep.StopServer()),
              onServer(new ServerStep.DestroyVolume(VOLUME)));
      assertThat(deletion(DeletionPolicy.Retain, open(List.of())).steps())
          .containsExactly(
              onServer(new ServerStep.StopServer()), onServer(new ServerStep.RetainVolume(VOLUME)));
    }

    @Test
    void removesDataThatWasNeverCompleteWhateverThePolicy() {
      BranchObserved unopened =
          observed(
              copied,
              Optional.of(facts(false)),
              new Source.Taken(),
              Optional.empty(),
              false,
              List.of());

      assertThat(deletion(DeletionPolicy.Retain, unopened).steps())
          .containsExactly(onServer(new ServerStep.DestroyVolume(VOLUME)));
    }

    @Test
    void cancelsARunningCopyFirst() {
      Plan<BranchStep> plan =
          deletion(DeletionPolicy.Delete, copying(new OperationState.Running(1, 2)));

      assertThat(plan.steps()).containsExactly(new BranchStep.CancelCopy(COPY));
      assertThat(plan.awaiting()).isPresent();
    }

    @Test
    void forgetsAnEndedCopyBeforeItRemovesTheVolume() {
      assertThat(deletion(DeletionPolicy.Delete, copying(new OperationState.Interrupted())).steps())
          .containsExactly(new BranchStep.AcceptCopy(COPY));
    }

    @Test
    void isFinishedWithoutAVolume() {
      assertThat(deletion(DeletionPolicy.Delete, absent(READY)).isEmpty()).isTrue();
    }

    private BranchObserved copying(OperationState state) {
      return observed(
          TestingServer.created(), Optional.empty(), READY, Optional.of(state), false, List.of());
    }

    private BranchObserved open(List<ResourceKey> children) {
      return observed(
          TestingServer.running(),
          Optional.of(facts(true)),
          new Source.Taken(),
          Optional.empty(),
          true,
          children);
    }

    private Plan<BranchStep> deletion(DeletionPolicy policy, BranchObserved observed) {
      BranchSpec wanted = branch(new BranchSpec.Source("main", null, "head"), Map.of(), policy);
      return BranchPlanner.planDeletion(wanted, observed);
    }
  }

  private Plan<BranchStep> plan(BranchObserved observed) throws InvalidSpec {
    return BranchPlanner.plan(wanted(Map.of()), SOURCE, spec.spec(), observed);
  }

  private InvalidSpec refusal(BranchSpec wanted, BranchObserved observed) {
    return catchThrowableOfType(
        InvalidSpec.class, () -> BranchPlanner.plan(wanted, SOURCE, spec.spec(), observed));
  }

  private static BranchSpec wanted(Map<String, String> parameters) {
    return branch(new BranchSpec.Source("main", null, "head"), parameters, DeletionPolicy.Delete);
  }

  private static BranchSpec from(@Nullable String instance, @Nullable String branch) {
    return branch(new BranchSpec.Source(instance, branch, "head"), Map.of(), DeletionPolicy.Delete);
  }

  private static BranchSpec branch(
      BranchSpec.Source source, Map<String, String> parameters, DeletionPolicy policy) {
    return new BranchSpec(
        source,
        DesiredState.Running,
        new BranchSpec.Network(0),
        parameters,
        policy,
        ChildPolicy.Restrict);
  }

  private static BranchStep onServer(ServerStep step) {
    return new BranchStep.OnServer(step);
  }

  private static CloneFacts facts(boolean sanitized) {
    return new CloneFacts(
        SOURCE.toString(),
        "uid-of-main",
        "17.6",
        "shop",
        "shop_owner",
        Map.of(),
        "0/3000028",
        "2026-01-01T00:00:00Z",
        sanitized);
  }

  private static BranchObserved absent(Source source) {
    return observed(
        TestingServer.absent(), Optional.empty(), source, Optional.empty(), false, List.of());
  }

  private static BranchObserved open(TestingServer server, boolean passfile) {
    return observed(
        server,
        Optional.of(facts(true)),
        new Source.Taken(),
        Optional.empty(),
        passfile,
        List.of());
  }

  private static BranchObserved observed(
      TestingServer server,
      Optional<CloneFacts> facts,
      Source source,
      Optional<OperationState> copy,
      boolean passfile,
      List<ResourceKey> children) {
    return new BranchObserved(UID, server.observed(), facts, source, copy, passfile, children);
  }
}
