package dev.pglet.exporter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Metrics about a scrape itself. */
final class ScrapeMetrics {
  private ScrapeMetrics() {}

  static void write(ServerScrape.Findings found, MetricsText text) {
    TreeMap<String, String> success = new TreeMap<>();
    TreeMap<String, String> dropped = new TreeMap<>();
    for (Answer answer : found.answers()) {
      success.put(answer.collector().name(), "1");
      if (answer.dropped() > 0) {
        dropped.put(answer.collector().name(), Integer.toString(answer.dropped()));
      }
    }
    found.failed().forEach(name -> success.put(name, "0"));
    family(
        new Metric("gauge", "pg_scrape_collector_success", "Whether a collector succeeded."),
        success,
        text);
    if (!dropped.isEmpty()) {
      family(
          new Metric(
              "gauge",
              "pglet_scrape_rows_dropped",
              "Rows of a collector that were left out, as there were too many or their labels were"
                  + " equal."),
          dropped,
          text);
    }
  }

  private static void family(Metric metric, Map<String, String> values, MetricsText text) {
    text.family(metric);
    values.forEach(
        (collector, value) ->
            text.sample(
                bytes(metric.name()),
                MetricsText.labels(List.of("collector"), List.of(collector)),
                value));
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
