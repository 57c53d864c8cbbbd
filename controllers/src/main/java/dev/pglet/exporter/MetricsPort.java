package dev.pglet.exporter;

import dev.pglet.reconcile.KindCondition;
import java.util.Optional;

/**
 * What became of an instance's own port for metrics.
 *
 * @param trouble why nothing is served there; empty when it is
 */
public record MetricsPort(int port, Optional<String> trouble) {
  private static final String TYPE = "MetricsServed";

  public KindCondition condition() {
    return trouble
        .map(why -> KindCondition.no(TYPE, "PortTaken", why))
        .orElseGet(() -> KindCondition.yes(TYPE, "Serving", ""));
  }
}
