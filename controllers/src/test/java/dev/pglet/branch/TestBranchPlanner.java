package dev.pglet.branch;

import static dev.pglet.branch.TestingBranch.CHILD;
import static dev.pglet.branch.TestingBranch.COPIED;
import static dev.pglet.branch.TestingBranch.COPY;
import static dev.pglet.branch.TestingBranch.READY;
import static dev.pglet.branch.TestingBranch.SOURCE;
import static dev.pglet.branch.TestingBranch.absent;
import static dev.pglet.branch.TestingBranch.branch;
import static dev.pglet.branch.TestingBranch.clonedFrom;
import static dev.pglet.branch.TestingBranch.facts;
import static dev.pglet.branch.TestingBranch.observed;
import static dev.pglet.branch.TestingBranch.onServer;
import static dev.pglet.branch.TestingBranch.open;
import static dev.pglet.branch.TestingBranch.plan;
import static dev.pglet.branch.TestingBranch.refusal;
import static dev.pglet.branch.TestingBranch.wanted;
import static dev.pglet.server.TestingServer.PORT;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.branch.BranchObserved.Source;
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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestBranchPlanner {
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
      assertThat(
              plan(absent(
                      new Source.Ready(
                          "uid-of-main", false, new RunWith("17.6", "system", Optional.empty()))))
                  .steps())
          .contains(new BranchStep.StartCopy(COPY, SOURCE, false));
    }

    @Test
    void waitsWhileTheCopyRunsWithoutTickingInTheStatus() throws InvalidSpec {
      Plan<BranchStep> plan = plan(copying(new OperationState.Running(499, 1000, false)));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.awaiting().orElseThrow().message()).endsWith("(40 %)");
      assertThat(plan(copying(new OperationState.Running(401, 1000, false))).awaiting())
          .isEqualTo(plan.awaiting());
    }

    @Test
    void showsProgressBeforeTheSizeIsKnown() throws InvalidSpec {
      assertThat(
              plan(copying(new OperationState.Running(0, 0, false)))
                  .awaiting()
                  .orElseThrow()
                  .message())
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
  final class Refusing {
    @Test
    void refusesNoSourceAndTwoSources() {
      assertThat(refusal(clonedFrom(null, null), absent(READY)).getMessage())
          .isEqualTo("spec.source names nothing");
      assertThat(refusal(clonedFrom("main", "other"), absent(READY)).getMessage())
          .isEqualTo("spec.source names two sources");
    }

    @Test
    void acceptsABranchAsSource() throws InvalidSpec {
      ResourceKey branch = ResourceKey.of(Branch.KIND, "other");

      assertThat(
              BranchPlanner.plan(
                      TestingBranch.RULES,
                      clonedFrom(null, "other"),
                      branch,
                      new TestingServerSpec().spec(),
                      absent(READY))
                  .steps())
          .contains(new BranchStep.StartCopy(COPY, branch, true));
    }

    @Test
    void refusesAnotherSourceThanTheOneItWasTakenFrom() {
      InvalidSpec error =
          catchThrowableOfType(
              InvalidSpec.class,
              () ->
                  BranchPlanner.plan(
                      TestingBranch.RULES,
                      clonedFrom("elsewhere", null),
                      ResourceKey.of(PostgreSQLInstance.KIND, "elsewhere"),
                      new TestingServerSpec().spec(),
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
                      TestingBranch.RULES,
                      wanted(Map.of("archive_mode", "on")),
                      SOURCE,
                      new TestingServerSpec().spec(),
                      open(TestingServer.stopped(), true))
                  .steps())
          .containsExactly(onServer(new ServerStep.StartServer(PORT)));
    }

    @Test
    void neverStartsForClientsWhatIsNotOpenYet() {
      BranchObserved unopened =
          observed(
              COPIED.onDisk(true).lastGood("good"),
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
              COPIED,
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
          deletion(DeletionPolicy.Delete, copying(new OperationState.Running(1, 2, false)));

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
      return BranchPlanner.planDeletion(policy == DeletionPolicy.Delete, observed);
    }
  }
}
