package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.exporter.ParsedMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prometheus itself, as Debian has it, and a daemon. */
final class TestPrometheusForReal {
  /**
   * What promtool says against names that dashboards want as they are; docs/monitoring.md lists the
   * same. Everything else that it says is an error.
   */
  private static final List<String> EXCEPTIONS =
      List.of(
          "counter metrics should have \"_total\" suffix",
          "non-histogram and non-summary metrics should not have \"_count\" suffix",
          "pg_settings_");

  private final HttpClient http = HttpClient.newHttpClient();
  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
    for (String name : List.of("one", "two")) {
      pglet.write(
          name + ".yaml",
          """
          apiVersion: pglet.dev/v1alpha1
          kind: PostgreSQLInstance
          metadata: {name: NAME}
          spec: {version: "MAJOR"}
          """
              .replace("NAME", name)
              .replace("MAJOR", SYSTEM_MAJOR));
    }
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
    http.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void prometheusFindsEveryInstanceAndTakesWhatItReads() throws Exception {
    int port = freePort();
    String here = "127.0.0.1:" + port;
    try (DaemonProcess daemon =
        DaemonProcess.start(pglet, List.of("/usr/bin/env", "PGLET_METRICS_ADDRESS=" + here))) {
      daemon.ready("pg/one");
      daemon.ready("pg/two");
      String own = get("http://" + here + "/metrics");
      String page = get("http://" + here + "/metrics/instances/default/one");
      assertThat(own).contains("pglet_reconcile_");
      assertThat(ParsedMetrics.parse(page).value("pg_up")).isEqualTo(1);
      assertThat(lints(page)).isEmpty();
      assertThat(lints(own)).isEmpty();
      JsonNode targets = json("http://" + here + "/sd/prometheus");
      assertThat(targets).hasSize(2);
      assertThat(targets.path(0).at("/labels/__metrics_path__").asText())
          .isEqualTo("/metrics/instances/default/one");
      assertThat(status("http://" + here + "/metrics/instances/default/none")).isEqualTo(404);

      int web = freePort();
      Process prometheus = prometheus(here, web);
      try {
        eventually(
            () -> {
              assertThat(query(web, "up")).hasSize(3).allMatch(value -> value.endsWith(" 1"));
              assertThat(query(web, "pg_up")).containsExactly("default/one 1", "default/two 1");
              assertThat(
                      query(
                          web,
                          "pg_stat_activity_count{datname=\"postgres\",state=\"active\"}"
                              + " / on(instance) group_left pg_settings_max_connections > 0"))
                  .as("a join that dashboards make")
                  .isNotEmpty();
            });
      } finally {
        prometheus.destroy();
        prometheus.waitFor(20, TimeUnit.SECONDS);
        prometheus.destroyForcibly();
      }
    }
  }

  private interface Assertion {
    void check() throws Exception;
  }

  private static void eventually(Assertion assertion) throws Exception {
    long deadline = System.nanoTime() + Pglet.SOON.toNanos();
    while (true) {
      try {
        assertion.check();
        return;
      } catch (AssertionError | IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(300);
      }
    }
  }

  private Process prometheus(String daemon, int web) throws IOException {
    Path home = Files.createDirectory(pglet.base().resolve("prometheus"));
    Path config =
        Files.writeString(
            home.resolve("prometheus.yml"),
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: pglet
                static_configs: [{targets: ["DAEMON"], labels: {instance: pglet}}]
              - job_name: postgres
                http_sd_configs: [{url: "http://DAEMON/sd/prometheus", refresh_interval: 1s}]
            """
                .replace("DAEMON", daemon));
    return new ProcessBuilder(
            "prometheus",
            "--config.file=" + config,
            "--storage.tsdb.path=" + home.resolve("data"),
            "--web.listen-address=127.0.0.1:" + web)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("log").toFile())
        .start();
  }

  /** What promtool says beyond the exceptions. */
  private List<String> lints(String page) throws Exception {
    Path input = Files.writeString(pglet.base().resolve("page.txt"), page);
    Path output = pglet.base().resolve("promtool.out");
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics")
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(promtool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(promtool.exitValue()).as("3: there are lints; 1: not to be read").isIn(0, 3);
    return Files.readAllLines(output).stream()
        .filter(line -> !line.isBlank())
        .filter(line -> EXCEPTIONS.stream().noneMatch(line::contains))
        .toList();
  }

  private List<String> query(int web, String expression) throws Exception {
    JsonNode answer =
        json(
            "http://127.0.0.1:%d/api/v1/query?query=%s"
                .formatted(web, URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    TreeSet<String> values = new TreeSet<>();
    answer
        .at("/data/result")
        .forEach(
            each ->
                values.add(
                    each.at("/metric/instance").asText() + " " + each.at("/value/1").asText()));
    return List.copyOf(values);
  }

  private JsonNode json(String url) throws Exception {
    return new ObjectMapper().readTree(get(url));
  }

  private int status(String url) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private String get(String url) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }
}
