package dev.pglet.exporter;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.Exchange;
import dev.pglet.apiserver.HelidonServer;
import dev.pglet.apiserver.metrics.MetricsPages;
import dev.pglet.host.port.Ports;
import dev.pglet.reconcile.Exposition;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports of 127.0.0.1 on which single instances serve their metrics. Thread-safe. */
final class Endpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
  private static final String HOST = "127.0.0.1";

  private record Endpoint(int port, HelidonServer server) {}

  private final Exporter exporter;
  private final Ports ports;
  private final Map<ResourceKey, Endpoint> open = new HashMap<>();

  Endpoints(Exporter exporter, Ports ports) {
    this.exporter = exporter;
    this.ports = ports;
  }

  /** Serves on that port and on no other. Tries again with each call what did not work. */
  synchronized MetricsPort serve(ResourceKey key, int port) {
    Endpoint now = open.get(key);
    if (now != null && now.port() == port) {
      return new MetricsPort(port, Optional.empty());
    }
    end(key);
    Optional<ResourceKey> other =
        open.entrySet().stream()
            .filter(entry -> entry.getValue().port() == port)
            .map(Map.Entry::getKey)
            .findFirst();
    if (other.isPresent()) {
      return new MetricsPort(
          port,
          Optional.of(
              "port %d of %s serves the metrics of %s already; choose another metricsPort"
                  .formatted(port, HOST, other.get())));
    }
    try {
      HelidonServer server =
          HelidonServer.startOnLoopback(
              new InetSocketAddress(InetAddress.ofLiteral(HOST), port),
              exchange -> answer(exchange, key));
      open.put(key, new Endpoint(port, server));
      return new MetricsPort(port, Optional.empty());
    } catch (HostUnavailable e) {
      LOG.atDebug().setCause(e).addKeyValue("key", key).log("no endpoint for metrics");
      return new MetricsPort(
          port,
          Optional.of(
              "port %d of %s is held by %s; end that or choose another metricsPort"
                  .formatted(port, HOST, holder(port))));
    }
  }

  /** Without the process id: a message must not tick. */
  private String holder(int port) {
    try {
      return ports
          .holder(HOST, port)
          .map(holder -> holder.command().isEmpty() ? "another process" : holder.command())
          .orElse("another process");
    } catch (ReconcileException e) {
      return "another process";
    }
  }

  synchronized void end(ResourceKey key) {
    Endpoint gone = open.remove(key);
    if (gone != null) {
      try {
        gone.server().close();
      } catch (HostUnavailable e) {
        LOG.atWarn().setCause(e).addKeyValue("key", key).log("an endpoint did not close cleanly");
      }
    }
  }

  private void answer(Exchange exchange, ResourceKey key) {
    if (!exchange.method().equals("GET") || !exchange.path().equals("/metrics")) {
      exchange.respond(
          404,
          "text/plain; charset=utf-8",
          "here is only GET /metrics\n".getBytes(StandardCharsets.UTF_8));
      return;
    }
    try {
      MetricsPages.send(exchange, exporter.page(key));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      MetricsPages.send(exchange, new Exposition.Page.Busy());
    }
  }

  @Override
  public synchronized void close() {
    new ArrayList<>(open.keySet()).forEach(this::end);
  }
}
