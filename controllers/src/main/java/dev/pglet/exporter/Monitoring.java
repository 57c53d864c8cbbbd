package dev.pglet.exporter;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.health.DataSize;
import dev.pglet.health.HealthObserved;
import dev.pglet.host.port.Ports;
import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.Exposition;
import dev.pglet.server.ServerObserved;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what this process serves for Prometheus in step with what passes see. It lives and ends
 * with the process and changes nothing on the host. Thread-safe.
 */
public final class Monitoring implements AutoCloseable {
  private final Exporter exporter;
  private final Endpoints endpoints;

  /**
   * Serves nothing yet.
   *
   * @param connections of the role that reads metrics
   */
  public Monitoring(Connections connections, Ports ports) {
    this.exporter = new Exporter(connections);
    this.endpoints = new Endpoints(exporter, ports);
  }

  public Exposition exposition() {
    return exporter;
  }

  /**
   * Takes in what a pass has seen of an instance.
   *
   * @return what became of its own port; empty when it wants none
   */
  public Optional<MetricsPort> follow(
      ResourceKey key, MonitoringSpec spec, ServerObserved server, HealthObserved health) {
    if (!spec.enabled()) {
      forget(key);
      return Optional.empty();
    }
    exporter.update(
        new Target(
            key, running(server), health.dataSize().map(DataSize::databases).orElse(Map.of())));
    Integer port = spec.metricsPort();
    if (port == null) {
      endpoints.end(key);
      return Optional.empty();
    }
    return Optional.of(endpoints.serve(key, port));
  }

  /** It is no more, or not to be watched. */
  public void forget(ResourceKey key) {
    endpoints.end(key);
    exporter.remove(key);
  }

  private static Optional<Target.Server> running(ServerObserved server) {
    if (server.live().isEmpty()
        || server.runningPort().isEmpty()
        || server.postmaster().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Target.Server(
            server.socketDirectory(),
            server.runningPort().get(),
            server.postmaster().get().pid(),
            server.live().get().version().major()));
  }

  @Override
  public void close() {
    endpoints.close();
    exporter.close();
  }
}
