package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.BranchSpec;
import dev.pglet.branch.BranchObserved.Source;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.VolumeMarker.Phase;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Operations.OperationState;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.Wait;
import dev.pglet.server.Configuration;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.ServerPlanner;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.ServerStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is left to do to a branch: pure functions of spec and observation. */
final class BranchPlanner {
  private static final Duration SOON = Duration.ofMillis(250);
  private static final Duration COPYING = Duration.ofSeconds(5);

  private BranchPlanner() {}

  /** The operation that takes the clone of a volume. */
  static String operation(String volume) {
    return "copy-" + volume;
  }

  static Plan<BranchStep> plan(
      BranchRules rules,
      BranchSpec wanted,
      ResourceKey source,
      ServerSpec spec,
      BranchObserved observed)
      throws InvalidSpec {
    ServerObserved server = observed.server();
    Optional<Wait> blocked =
        observed.phase() == Phase.BUILDING ? Optional.empty() : ServerPlanner.blocked(spec, server);
    if (blocked.isPresent()) {
      return Plan.waiting(blocked.get());
    }
    try {
      InvalidSpec.throwAll(rules.check(wanted));
      check(source, observed);
      if (observed.facts().isPresent() || observed.source() instanceof Source.Ready) {
        ServerPlanner.check(spec, server);
      }
    } catch (InvalidSpec e) {
      return observed.complete()
          ? new Plan<>(
              onServer(ServerPlanner.startAsItWas(spec, server, e)),
              ServerPlanner.waiting(spec, server),
              List.of())
          : throwing(e);
    }
    if (!server.initialized()) {
      return copy(source, spec, observed);
    }
    if (observed.copy().isPresent()) {
      // Between the rename that takes the clone and the end of the operation.
      return observed.copy().get() instanceof OperationState.Running
          ? Plan.waiting(Wait.recheck("Copying", "the copy is being finished", SOON))
          : Plan.of(List.of(new BranchStep.AcceptCopy(operation(volume(server)))));
    }
    if (observed.phase() == Phase.BUILDING) {
      return sanitize(observed);
    }
    List<BranchStep> steps = new ArrayList<>(onServer(ServerPlanner.prepare(spec, server)));
    if (steps.isEmpty()) {
      steps.addAll(onServer(ServerPlanner.converge(spec, server)));
    }
    if (steps.isEmpty() && server.live().isPresent() && !observed.passfile()) {
      steps.add(new BranchStep.SetPassword(observed.owner()));
    }
    return new Plan<>(
        steps,
        ServerPlanner.waiting(spec, server).or(() -> ServerPlanner.settling(server)),
        List.of());
  }

  /**
   * What is left to do when the manifest is gone.
   *
   * @param destroy whether the data goes too
   */
  static Plan<BranchStep> planDeletion(boolean destroy, BranchObserved observed) {
    if (!observed.children().isEmpty()) {
      return Plan.waiting(
          Wait.on(
              observed.children().getFirst(),
              "BranchesDependOnIt",
              "deletion waits until no branch has it as its source; now "
                  + String.join(
                      ", ", observed.children().stream().map(ResourceKey::toString).toList())));
    }
    if (observed.server().volume().isEmpty()) {
      return Plan.empty();
    }
    String operation = operation(volume(observed.server()));
    if (observed.copy().isPresent()) {
      return switch (observed.copy().get()) {
        case OperationState.Running running ->
            new Plan<>(
                running.cancelled() ? List.of() : List.of(new BranchStep.CancelCopy(operation)),
                Optional.of(Wait.recheck("Copying", "the copy is being cancelled", SOON)),
                List.of());
        case OperationState.Succeeded _, OperationState.Failed _, OperationState.Interrupted _ ->
            Plan.of(List.of(new BranchStep.AcceptCopy(operation)));
      };
    }
    return Plan.of(onServer(ServerPlanner.delete(observed.server(), destroy)));
  }

  private static void check(ResourceKey source, BranchObserved observed) throws InvalidSpec {
    // The marker has them a moment before the clone is taken.
    if (observed.server().initialized()
        && observed.facts().isPresent()
        && !observed.facts().get().source().equals(source.toString())) {
      throw new InvalidSpec(
          "Immutable",
          "spec.source",
          "the branch is a clone of %s and cannot become one of %s"
              .formatted(observed.facts().get().source(), source),
          "Set it back, or make another branch");
    }
    if (observed.source() instanceof Source.Impossible impossible) {
      throw new InvalidSpec(
          "SourceImpossible", "spec.source", impossible.why(), impossible.remedy());
    }
  }

  private static Plan<BranchStep> copy(
      ResourceKey source, ServerSpec spec, BranchObserved observed) {
    if (observed.copy().isPresent()) {
      String operation = operation(volume(observed.server()));
      return switch (observed.copy().get()) {
        case OperationState.Running running ->
            Plan.waiting(Wait.recheck("Copying", progress(source, running), COPYING));
        // It succeeded, yet its data is not there: it was removed behind our back.
        case OperationState.Succeeded _, OperationState.Interrupted _ ->
            Plan.of(List.of(new BranchStep.DiscardCopy(operation, "")));
        case OperationState.Failed failed ->
            Plan.of(List.of(new BranchStep.DiscardCopy(operation, failed.message())));
      };
    }
    return switch (observed.source()) {
      case Source.Missing _ ->
          Plan.waiting(Wait.on(source, "SourceMissing", "there is no " + source));
      case Source.NotReady notReady ->
          Plan.waiting(Wait.on(source, "SourceNotReady", notReady.why()));
      case Source.Ready ready -> {
        List<BranchStep> steps =
            new ArrayList<>(onServer(ServerPlanner.prepare(spec, observed.server())));
        String volume = VolumeMarker.id(spec.uid(), spec.incarnation());
        steps.add(new BranchStep.StartCopy(operation(volume), source, ready.running()));
        yield new Plan<>(
            steps,
            Optional.of(
                Wait.recheck("Copying", "the data of " + source + " is being copied", COPYING)),
            List.of("configuration and start, once the copy is taken"));
      }
      case Source.Taken _, Source.Impossible _ -> Plan.empty();
    };
  }

  private static String progress(ResourceKey source, OperationState.Running running) {
    // In steps of ten, so that the status file does not churn.
    long percent = running.total() == 0 ? 0 : running.done() * 10 / running.total() * 10;
    return "the data of %s is being copied (%d %%)".formatted(source, percent);
  }

  /** Everything that happens before a client can connect. */
  private static Plan<BranchStep> sanitize(BranchObserved observed) {
    ServerObserved server = observed.server();
    Configuration desired = server.desired().orElseThrow();
    boolean sanitized = observed.facts().map(CloneFacts::sanitized).orElse(false);
    if (sanitized) {
      return Plan.of(
          server.running()
              ? List.of(
                  new BranchStep.OnServer(new ServerStep.StopServer()), new BranchStep.OpenBranch())
              : List.of(new BranchStep.OpenBranch()));
    }
    if (server.running()) {
      return server.readiness() == Readiness.ACCEPTING
          ? Plan.of(List.of(new BranchStep.Sanitize()))
          : Plan.waiting(
              Wait.recheck("Recovering", "the copy is being brought to a consistent state", SOON));
    }
    List<BranchStep> steps = new ArrayList<>();
    if (!server.configurationOnDisk()) {
      steps.add(
          new BranchStep.OnServer(
              new ServerStep.ApplyConfiguration(desired.hash(), List.of(), false)));
    }
    steps.add(new BranchStep.StartPrivately(server.port().orElseThrow()));
    return Plan.of(steps);
  }

  private static String volume(ServerObserved server) {
    return server.volume().orElseThrow().marker().volume();
  }

  private static Plan<BranchStep> throwing(InvalidSpec error) throws InvalidSpec {
    throw error;
  }

  private static List<BranchStep> onServer(List<ServerStep> steps) {
    return steps.stream().<BranchStep>map(BranchStep.OnServer::new).toList();
  }
}
