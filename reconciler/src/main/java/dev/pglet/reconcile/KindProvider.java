package dev.pglet.reconcile;

import dev.pglet.api.meta.CrdDefinition;
import java.util.List;

/**
 * The only no-argument, service-loaded thing of a kind; everything else is built by constructor.
 */
public interface KindProvider {
  CrdDefinition crd();

  Controller<?, ?, ?, ?> controller(EngineContext context);

  /** Verbs that the kind adds to the command line, such as {@code sql}. */
  List<Command> commands();
}
