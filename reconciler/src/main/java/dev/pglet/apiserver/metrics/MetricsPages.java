package dev.pglet.apiserver.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.Exchange;
import dev.pglet.reconcile.Exposition;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers Prometheus: {@code /metrics} is the daemon itself, {@code /metrics/KIND/NAMESPACE/NAME} a
 * resource, and {@code /sd/prometheus} names all of those for its {@code http_sd_configs}.
 * Thread-safe.
 *
 * @param own the daemon's own metrics as text
 */
public record MetricsPages(Supplier<String> own, List<Exposition> expositions) {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPages.class);
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  public MetricsPages {
    expositions = List.copyOf(expositions);
  }

  /** Answers one request, whatever it is. */
  public void handle(Exchange exchange) {
    try {
      if (!exchange.method().equals("GET")) {
        text(exchange, 405, "only GET is answered here");
      } else if (exchange.path().equals("/metrics")) {
        exchange.respond(200, METRICS, own.get().getBytes(StandardCharsets.UTF_8));
      } else if (exchange.path().equals("/sd/prometheus")) {
        String self = exchange.header("Host").orElse("localhost");
        exchange.respond(
            200, "application/json", targets(self).toString().getBytes(StandardCharsets.UTF_8));
      } else {
        page(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      text(exchange, 503, "pglet is ending");
    } catch (UncheckedIOException e) {
      LOG.atDebug().setCause(e).addKeyValue("path", exchange.path()).log("the client went away");
    }
  }

  private void page(Exchange exchange) throws InterruptedException {
    String[] parts = exchange.path().split("/", -1);
    for (Exposition exposition : expositions) {
      if (parts.length == 5 && parts[1].equals("metrics") && parts[2].equals(exposition.path())) {
        for (ResourceKey key : exposition.targets()) {
          if (key.namespace().equals(parts[3]) && key.name().equals(parts[4])) {
            send(exchange, exposition.page(key));
            return;
          }
        }
      }
    }
    text(
        exchange,
        404,
        "there is no such page; there are /metrics, /sd/prometheus, and those that this lists");
  }

  /** Sends a page of a kind. */
  public static void send(Exchange exchange, Exposition.Page page) {
    switch (page) {
      case Exposition.Page.Text text -> exchange.respond(200, text.contentType(), text.content());
      case Exposition.Page.Unknown _ -> text(exchange, 404, "it is no target any more");
      case Exposition.Page.Busy _ ->
          text(exchange, 503, "other scrapes are still running; scrape less often");
    }
  }

  /**
   * One target for each resource, as dashboards take an instance for a server: its address is that
   * of this server, and its label {@code instance} its name.
   */
  private ArrayNode targets(String self) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Exposition exposition : expositions) {
      for (ResourceKey key : exposition.targets()) {
        ObjectNode target = all.addObject();
        target.putArray("targets").add(self);
        ObjectNode labels = target.putObject("labels");
        labels.put(
            "__metrics_path__",
            "/metrics/%s/%s/%s".formatted(exposition.path(), key.namespace(), key.name()));
        labels.put("instance", key.namespace() + "/" + key.name());
        labels.put("pglet_kind", key.kind());
        labels.put("pglet_namespace", key.namespace());
        labels.put("pglet_name", key.name());
      }
    }
    return all;
  }

  private static void text(Exchange exchange, int status, String message) {
    exchange.respond(status, TEXT, (message + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
