package dev.pglet.branch;

import static dev.pglet.server.TestingServer.UID;
import static dev.pglet.server.TestingServer.VOLUME;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.BranchSpec;
import dev.pglet.api.v1alpha1.ChildPolicy;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.branch.BranchObserved.Source;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.Plan;
import dev.pglet.server.ServerRules;
import dev.pglet.server.ServerStep;
import dev.pglet.server.TestingServer;
import dev.pglet.server.TestingServerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a branch shall be, and as what it could be observed. */
final class TestingBranch {
  static final BranchRules RULES = new BranchRules(new ServerRules(1024));
  static final ResourceKey SOURCE = ResourceKey.of(PostgreSQLInstance.KIND, "main");
  static final ResourceKey CHILD = ResourceKey.of(Branch.KIND, "child");
  static final String COPY = "copy-" + VOLUME;
  static final Source READY =
      new Source.Ready("uid-of-main", true, new RunWith("17.6", "system", Optional.empty()));

  /** The data is in place, and nobody may use it yet. */
  static final TestingServer COPIED =
      TestingServer.initialized().marker(marker -> marker.with(Phase.BUILDING));

  private TestingBranch() {}

  static Plan<BranchStep> plan(BranchObserved observed) throws InvalidSpec {
    return BranchPlanner.plan(
        RULES, wanted(Map.of()), SOURCE, new TestingServerSpec().spec(), observed);
  }

  static InvalidSpec refusal(BranchSpec wanted, BranchObserved observed) {
    return catchThrowableOfType(
        InvalidSpec.class,
        () -> BranchPlanner.plan(RULES, wanted, SOURCE, new TestingServerSpec().spec(), observed));
  }

  static BranchSpec wanted(Map<String, String> parameters) {
    return branch(new BranchSpec.Source("main", null, "head"), parameters, DeletionPolicy.Delete);
  }

  static BranchSpec clonedFrom(@Nullable String instance, @Nullable String branch) {
    return branch(new BranchSpec.Source(instance, branch, "head"), Map.of(), DeletionPolicy.Delete);
  }

  static BranchSpec branch(
      BranchSpec.Source source, Map<String, String> parameters, DeletionPolicy policy) {
    return new BranchSpec(
        source,
        DesiredState.Running,
        new BranchSpec.Network(0),
        parameters,
        policy,
        ChildPolicy.Restrict);
  }

  static BranchStep onServer(ServerStep step) {
    return new BranchStep.OnServer(step);
  }

  static CloneFacts facts(boolean sanitized) {
    return new CloneFacts(
        SOURCE.toString(),
        "uid-of-main",
        new RunWith("17.6", "system", Optional.empty()),
        "shop",
        "shop_owner",
        Map.of(),
        "0/3000028",
        "2026-01-01T00:00:00Z",
        Optional.of(false),
        sanitized);
  }

  static BranchObserved absent(Source source) {
    return observed(
        TestingServer.absent(), Optional.empty(), source, Optional.empty(), false, List.of());
  }

  static BranchObserved open(TestingServer server, boolean passfile) {
    return observed(
        server,
        Optional.of(facts(true)),
        new Source.Taken(),
        Optional.empty(),
        passfile,
        List.of());
  }

  static BranchObserved observed(
      TestingServer server,
      Optional<CloneFacts> facts,
      Source source,
      Optional<OperationState> copy,
      boolean passfile,
      List<ResourceKey> children) {
    return new BranchObserved(
        UID, Map.of(), server.observed(), facts, source, copy, passfile, children);
  }
}
