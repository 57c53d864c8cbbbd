package dev.pglet.reconcile;

import dev.pglet.api.meta.CrdDefinition;
import java.util.List;

/**
 * The only no-argument, service-loaded thing of a kind; everything else is built by constructor.
 */
public interface KindProvider {
  CrdDefinition crd();

  /**
   * Builds the controller.
   *
   * @throws ReconcileException when the host lacks what the kind cannot do without
   */
  Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException;

  /** What the kind demands of its specs beyond the schema. */
  default SpecRules rules() {
    return SpecRules.NONE;
  }

  /** Verbs that the kind adds to the command line, such as {@code sql}. */
  List<Command> commands();
}
