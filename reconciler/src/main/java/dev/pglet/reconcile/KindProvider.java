package dev.pglet.reconcile;

import dev.pglet.api.meta.CrdDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.OptionalLong;

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

  /**
   * What the kind needs of this host, asked before anything is made there. Changes nothing.
   *
   * @param wanted the resources of this kind that manifests define, with their whole specs
   * @param daemon the process id of the daemon, whose limits its servers have; empty: none runs
   */
  default List<HostCheck> hostChecks(
      Settings settings, List<? extends CustomResource<?, ?>> wanted, OptionalLong daemon) {
    return List.of();
  }

  /** Verbs that the kind adds to the command line, such as {@code sql}. */
  List<Command> commands();
}
