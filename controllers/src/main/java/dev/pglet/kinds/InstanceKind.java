package dev.pglet.kinds;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.health.HealthObserver;
import dev.pglet.instance.InstanceController;
import dev.pglet.instance.InstanceRules;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.server.ServerRules;
import dev.pglet.verb.sql.SqlCommand;
import dev.pglet.verb.storage.StorageCommand;
import java.util.List;

/** Provides the kind {@code PostgreSQLInstance}. */
public final class InstanceKind implements KindProvider {
  @Override
  public CrdDefinition crd() {
    return PostgreSQLInstance.definition();
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
    LocalHost host = LocalHost.of(context);
    return new InstanceController(host.servers(), host.watch(), HealthObserver.of(context));
  }

  @Override
  public SpecRules rules() {
    return new InstanceRules(ServerRules.ofHost());
  }

  @Override
  public List<Command> commands() {
    return List.of(new SqlCommand(), new StorageCommand());
  }
}
