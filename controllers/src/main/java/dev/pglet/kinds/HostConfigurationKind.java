package dev.pglet.kinds;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.template.HostConfigurationController;
import java.util.List;

/** Provides the kind {@code HostConfiguration}. */
public final class HostConfigurationKind implements KindProvider {
  @Override
  public CrdDefinition crd() {
    return HostConfiguration.definition();
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) {
    return new HostConfigurationController(context);
  }

  @Override
  public List<Command> commands() {
    return List.of();
  }
}
