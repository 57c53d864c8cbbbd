package dev.pglet.kinds;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.v1alpha1.Template;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.template.TemplateController;
import java.util.List;

/** Provides the kind {@code Template}. */
public final class TemplateKind implements KindProvider {
  @Override
  public CrdDefinition crd() {
    return Template.definition();
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) {
    return new TemplateController();
  }

  @Override
  public List<Command> commands() {
    return List.of();
  }
}
