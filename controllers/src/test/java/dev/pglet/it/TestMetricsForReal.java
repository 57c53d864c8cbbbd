package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.Pglet.superuser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.exporter.ParsedMetrics;
import dev.pglet.reconcile.Exposition;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What real servers of several versions show to Prometheus. */
final class TestMetricsForReal {
  private static final Path EXPECTED = Path.of("src/test/resources/dev/pglet/exporter");
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        version: "MAJOR"
        runtime: {binaries: BINARIES}
        desiredState: Running
        monitoring: {metricsPort: PORT}
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private Pglet pglet;
  private int port;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
    port = freePort();
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

  private String manifest(String major, String binaries) {
    return APP.replace("MAJOR", major)
        .replace("BINARIES", binaries)
        .replace("PORT", Integer.toString(port));
  }

  static Stream<Arguments> servers() {
    return Stream.of(
        Arguments.of(SYSTEM_MAJOR, "system"),
        Arguments.of("17", "embedded"),
        Arguments.of("18", "embedded"));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void everyNameTypeAndLabelIsAsDashboardsExpectIt(String major, String binaries) throws Exception {
    pglet.write("app.yaml", manifest(major, binaries));
    pglet.converge();
    JsonNode app = pglet.instance("app");
    try (Connection user = connect(app);
        Connection superuser = superuser(app, "postgres")) {
      run(user, "CREATE TABLE \"odd \"\"name\\\" (id int)");
      run(user, "CREATE TABLE plain (id int)", "INSERT INTO plain SELECT generate_series(1, 7)");
      assertThat(ask(user, "SELECT pg_sleep(1.1) IS NULL")).isEqualTo("f"); // statistics come late
      run(superuser, "SELECT pg_create_physical_replication_slot('slot', true)");
    }
    String page = scrape();
    ParsedMetrics metrics = ParsedMetrics.parse(page);
    assertThat(metrics.value("pg_up")).isEqualTo(1);
    assertThat(metrics.value("pg_exporter_last_scrape_error")).isZero();
    assertThat(metrics.value("pg_settings_max_connections")).isEqualTo(100);
    assertThat(metrics.value("pg_settings_shared_buffers_bytes")).isEqualTo(128 << 20);
    assertThat(metrics.all("pg_stat_user_tables_n_tup_ins"))
        .anySatisfy(
            sample -> {
              assertThat(sample.labels())
                  .isEqualTo(Map.of("datname", "app", "schemaname", "public", "relname", "plain"));
              assertThat(sample.value()).isEqualTo(7);
            })
        .anySatisfy(sample -> assertThat(sample.labels()).containsEntry("relname", "odd \"name\\"));
    assertThat(metrics.all("pg_scrape_collector_success"))
        .allSatisfy(sample -> assertThat(sample.value()).as(sample.toString()).isEqualTo(1));
    assertThat(metrics.all("pg_stat_activity_count"))
        .as("by the role that reads metrics, in one session that is kept")
        .filteredOn(sample -> "pglet_monitor".equals(sample.labels().get("usename")))
        .singleElement()
        .satisfies(sample -> assertThat(sample.labels()).containsEntry("datname", "postgres"));
    assertThat(page).doesNotContain("SCRAM-SHA-256$").doesNotContain("password=");
    String shape =
        metrics
            .shape()
            .lines()
            .filter(line -> !line.startsWith("pg_database_size_bytes ")) // once it was measured
            .reduce("", (all, line) -> all + line + "\n");
    Path expected = EXPECTED.resolve("metrics-" + major + ".txt");
    if (Boolean.getBoolean("pglet.metrics.write")) {
      Files.createDirectories(EXPECTED);
      Files.writeString(expected, shape);
    }
    if (Files.exists(expected)) {
      assertThat(expected).content().isEqualTo(shape);
    } else {
      // Another distribution's version: what is checked in is of the nearest before it.
      assertThat(shape).contains("pg_stat_database_xact_commit counter [datid, datname]");
    }
  }

  @Test
  void aServerThatStopsIsDownForPrometheusAndItsSessionsAreGone() throws Exception {
    pglet.write("app.yaml", manifest(SYSTEM_MAJOR, "system"));
    pglet.converge();
    assertThat(ParsedMetrics.parse(scrape()).value("pg_up")).isEqualTo(1);
    pglet.write(
        "app.yaml", manifest(SYSTEM_MAJOR, "system").replace("State: Running", "State: Stopped"));
    pglet.settle();
    ParsedMetrics down = ParsedMetrics.parse(scrape());
    assertThat(down.value("pg_up")).isZero();
    assertThat(down.value("pg_exporter_last_scrape_error")).isEqualTo(1);
    pglet.write("app.yaml", manifest(SYSTEM_MAJOR, "system"));
    pglet.converge();
    assertThat(ParsedMetrics.parse(scrape()).value("pg_up")).isEqualTo(1);
  }

  @Test
  void theEndpointGoesWithItsFieldAndTheServerGoesOn() throws Exception {
    pglet.write("app.yaml", manifest(SYSTEM_MAJOR, "system"));
    pglet.converge();
    long pid = Pglet.pid(pglet.instance("app"));
    assertThat(condition()).isEqualTo("True Serving");
    assertThat(targets()).hasSize(1);
    pglet.write(
        "app.yaml", manifest(SYSTEM_MAJOR, "system").replaceFirst(" *monitoring: .*\n", ""));
    pglet.converge();
    assertThatThrownBy(this::scrape).isInstanceOf(ConnectException.class);
    assertThat(condition()).isEmpty();
    pglet.write(
        "app.yaml",
        manifest(SYSTEM_MAJOR, "system")
            .replaceFirst("monitoring: .*", "monitoring: {enabled: false}"));
    pglet.converge();
    assertThat(targets()).isEmpty();
    assertThat(Pglet.pid(pglet.instance("app"))).isEqualTo(pid);
  }

  @Test
  void aPortThatSomebodyHoldsIsSaidAndTheServerIsNotTouched() throws Exception {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      pglet.write("app.yaml", manifest(SYSTEM_MAJOR, "system"));
      pglet.converge();
      assertThat(taken.isBound()).isTrue();
      assertThat(condition()).isEqualTo("False PortTaken");
      assertThat(message()).startsWith("port " + port + " of 127.0.0.1 is held by java; end that");
    }
    pglet.restart();
    pglet.converge();
    assertThat(condition()).isEqualTo("True Serving");
    String second = manifest(SYSTEM_MAJOR, "system").replace("name: app", "name: second");
    pglet.write("second.yaml", second);
    pglet.converge();
    assertThat(pglet.instance("second").toString())
        .contains("port " + port + " of 127.0.0.1 serves the metrics of", "choose another");
    assertThat(ParsedMetrics.parse(scrape()).value("pg_up")).isEqualTo(1);
  }

  private List<ResourceKey> targets() throws Exception {
    return pglet.engine().expositions().stream()
        .map(Exposition::targets)
        .flatMap(List::stream)
        .filter(key -> key.kind().equals(PostgreSQLInstance.KIND))
        .toList();
  }

  private String scrape() throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private String condition() throws Exception {
    return served()
        .map(each -> each.path("status").asText() + " " + each.path("reason").asText())
        .findFirst()
        .orElse("");
  }

  private String message() throws Exception {
    return served().map(each -> each.path("message").asText()).findFirst().orElse("");
  }

  private Stream<JsonNode> served() throws Exception {
    return StreamSupport.stream(pglet.instance("app").at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals("MetricsServed"));
  }
}
