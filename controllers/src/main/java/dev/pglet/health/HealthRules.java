package dev.pglet.health;

import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the monitoring of no instance can be, whatever there is on the host. */
public final class HealthRules {
  public static final String METRICS_PORT = "spec.monitoring.metricsPort";

  private HealthRules() {}

  /**
   * All that is wrong.
   *
   * @param serverPort 0: any
   * @param firstPort the lowest that an ordinary account may listen on
   */
  public static List<InvalidSpec> check(MonitoringSpec spec, int serverPort, int firstPort) {
    List<InvalidSpec> problems = new ArrayList<>();
    Integer port = spec.metricsPort();
    if (port == null) {
      return problems;
    }
    if (port < firstPort) {
      problems.add(
          new InvalidSpec(
              "PortNotAllowed",
              METRICS_PORT,
              "port %d is for root alone, and metrics are not worth that".formatted(port),
              "Choose a port from %d on, or remove the field".formatted(firstPort)));
    }
    if (port == serverPort) {
      problems.add(
          new InvalidSpec(
              "PortTwice",
              METRICS_PORT,
              "port %d is the port of the server itself".formatted(port),
              "Choose another port for the metrics"));
    }
    if (!spec.enabled()) {
      problems.add(
          new InvalidSpec(
              "MonitoringOff",
              METRICS_PORT,
              "metrics cannot be served while monitoring.enabled is false",
              "Remove metricsPort, or set enabled to true"));
    }
    return problems;
  }

  /** The port is for one alone; see {@code SpecRules.claims}. */
  public static Map<String, String> claims(MonitoringSpec spec) {
    Integer port = spec.metricsPort();
    return port == null ? Map.of() : Map.of(METRICS_PORT, "TCP port " + port);
  }
}
