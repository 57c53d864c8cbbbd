package dev.pglet.branch;

import static dev.pglet.branch.TestingBranch.COPIED;
import static dev.pglet.branch.TestingBranch.COPY;
import static dev.pglet.branch.TestingBranch.facts;
import static dev.pglet.branch.TestingBranch.observed;
import static dev.pglet.branch.TestingBranch.onServer;
import static dev.pglet.branch.TestingBranch.open;
import static dev.pglet.branch.TestingBranch.plan;
import static dev.pglet.server.TestingServer.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.branch.BranchObserved.Source;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.Plan;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** From a copy in its place to a branch that clients can use. */
final class TestBranchOpening {
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
    Plan<BranchStep> plan = plan(taken(new OperationState.Running(10, 10, false)));

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.awaiting().orElseThrow().reason()).isEqualTo("Copying");
  }

  @Test
  void startsPrivatelyWithItsOwnConfigurationFirst() throws InvalidSpec {
    String hash = COPIED.observed().desired().orElseThrow().hash();

    assertThat(plan(building(COPIED, false)).steps())
        .containsExactly(
            onServer(new ServerStep.ApplyConfiguration(hash, List.of(), false)),
            new BranchStep.StartPrivately(PORT));
    assertThat(plan(building(COPIED.onDisk(true), false)).steps())
        .containsExactly(new BranchStep.StartPrivately(PORT));
  }

  @Test
  void waitsUntilTheCopyIsConsistent() throws InvalidSpec {
    Plan<BranchStep> plan = plan(building(COPIED.onDisk(true).process(Readiness.STARTING), false));

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.awaiting().orElseThrow().reason()).isEqualTo("Recovering");
  }

  @Test
  void sanitizesBeforeAnyClientCanConnect() throws InvalidSpec {
    assertThat(plan(building(COPIED.onDisk(true).process(Readiness.ACCEPTING), false)).steps())
        .containsExactly(new BranchStep.Sanitize());
  }

  @Test
  void endsThePrivateServerBeforeItOpensTheBranch() throws InvalidSpec {
    assertThat(plan(building(COPIED.onDisk(true).process(Readiness.ACCEPTING), true)).steps())
        .containsExactly(onServer(new ServerStep.StopServer()), new BranchStep.OpenBranch());
  }

  @Test
  void opensWithoutAStopWhenThePrivateServerIsDown() throws InvalidSpec {
    assertThat(plan(building(COPIED.onDisk(true), true)).steps())
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
        COPIED,
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
