package dev.pglet.kinds;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.branch.BranchController;
import dev.pglet.branch.BranchRules;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.server.ServerRules;
import dev.pglet.verb.branch.BranchCommand;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.OptionalLong;

/** Provides the kind {@code Branch}. */
public final class BranchKind implements KindProvider {
  @Override
  public CrdDefinition crd() {
    return CrdDefinition.of(Branch.class);
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
    LocalHost host = LocalHost.of(context);
    return new BranchController(host.servers(), context.operations(), host.watch());
  }

  @Override
  public SpecRules rules() {
    return new BranchRules(ServerRules.ofHost());
  }

  @Override
  public List<HostCheck> hostChecks(
      Settings settings, List<? extends CustomResource<?, ?>> wanted, OptionalLong daemon) {
    return HostQuestions.ofBranches(settings, wanted.stream().map(Branch.class::cast).toList());
  }

  @Override
  public List<Command> commands() {
    return List.of(new BranchCommand());
  }
}
