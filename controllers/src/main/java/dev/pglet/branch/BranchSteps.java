package dev.pglet.branch;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.World;
import dev.pglet.server.CloneSource;
import dev.pglet.server.Passfiles;
import dev.pglet.server.RunningServer;
import dev.pglet.server.ServerExecutor;
import dev.pglet.server.ServerHost;
import dev.pglet.server.ServerHosts;
import dev.pglet.server.ServerSpec;
import dev.pglet.server.SuperuserSession;

/** Does the steps of one branch, as its account. Each is idempotent. */
final class BranchSteps {
  private final ServerHosts hosts;
  private final ServerHost host;
  private final ServerExecutor servers;
  private final Operations operations;
  private final BranchCopy copies;
  private final BranchSanitizer sanitizer;
  private final Passfiles passfiles;

  /**
   * For one branch.
   *
   * @param hosts of all servers
   * @param host of the branch's
   */
  BranchSteps(ServerHosts hosts, ServerHost host, ServerExecutor servers, Operations operations) {
    this.hosts = hosts;
    this.host = host;
    this.servers = servers;
    this.operations = operations;
    this.copies = new BranchCopy(host, host.clock());
    this.sanitizer = new BranchSanitizer(host, servers);
    this.passfiles = new Passfiles(host.settings().secrets());
  }

  void execute(BranchStep step, ServerSpec spec, StepContext context) throws ReconcileException {
    switch (step) {
      case BranchStep.OnServer server -> servers.execute(server.step(), spec, context);
      case BranchStep.StartCopy start -> {
        CloneSource source = clone(start.source(), context.world());
        hosts.requireSameAccount(source.server().volume().orElseThrow(), servers.volume(spec));
        operations.start(
            BranchCopy.request(start, context.key()),
            copies.task(start, servers.volume(spec), source));
      }
      case BranchStep.DiscardCopy discard -> {
        copies.discard(servers.volume(spec));
        operations.forget(discard.operation());
        if (!discard.failure().isEmpty()) {
          throw new StepFailed(
              "CopyFailed",
              discard.failure(),
              "The half-made copy was discarded, and another is tried");
        }
      }
      case BranchStep.AcceptCopy accept -> operations.forget(accept.operation());
      case BranchStep.CancelCopy cancel -> operations.cancel(cancel.operation());
      case BranchStep.StartPrivately _ -> sanitizer.startPrivately(spec);
      case BranchStep.Sanitize _ -> sanitizer.sanitize(spec);
      case BranchStep.OpenBranch _ ->
          servers.mark(spec, servers.volume(spec).marker().with(VolumeMarker.Phase.READY));
      case BranchStep.SetPassword password ->
          setPassword(servers.volume(spec), context.key(), password.role());
    }
  }

  private static CloneSource clone(ResourceKey source, World world) throws ReconcileException {
    return world
        .observed(source, CloneSource.class)
        .orElseThrow(
            () ->
                new DependencyNotReady(
                    "SourceNotReady",
                    source + " has not been observed yet",
                    "Nothing needs to be done: it goes on when that has been looked at"));
  }

  private void setPassword(Volume volume, ResourceKey key, String role) throws ReconcileException {
    String password = passfiles.propose(key, role);
    try (SuperuserSession session = RunningServer.session(host.connections(), volume, "postgres")) {
      session.setPassword(role, password);
    }
    passfiles.accept(key);
  }
}
