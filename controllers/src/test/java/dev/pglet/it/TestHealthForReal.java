package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.superuser;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pglet says of the health of a server, and what of that reaches the manifest. */
final class TestHealthForReal {
  private static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "app");
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        version: "MAJOR"
        monitoring: {alerting: {connectionThreshold: 2}}
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void aRunningServerIsHealthyAndNumbersAloneLeaveTheManifestAlone() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode status = pglet.instance("app").path("status");
    assertThat(status.at("/health/status").asText()).isEqualTo("healthy");
    assertThat(names(status))
        .containsExactly(
            "process",
            "database_connection",
            "query",
            "disk_space",
            "connections",
            "long_queries",
            "transaction_id_age",
            "replication_slots");
    assertThat(status.path("connections").asInt()).isZero();
    byte[] written = Files.readAllBytes(file);

    try (Connection one = connect(pglet.instance("app"))) {
      assertThat(ask(one, "SELECT 1")).isEqualTo("1");
      pass();
      JsonNode now = pglet.instance("app").path("status");
      assertThat(now.path("connections").asInt()).isEqualTo(1);
      assertThat(Files.readAllBytes(file)).isEqualTo(written);
      assertThat(condition("ConnectionsHigh")).contains("False");

      try (Connection two = connect(pglet.instance("app"))) {
        assertThat(ask(two, "SELECT 1")).isEqualTo("1");
        pass();
        assertThat(condition("ConnectionsHigh")).contains("True");
        assertThat(Files.readString(file)).contains("ConnectionsHigh", "connections: 2");
        assertThat(pglet.instance("app").at("/status/health/status").asText())
            .isEqualTo("degraded");
      }
    }
    pass();
    assertThat(condition("ConnectionsHigh")).contains("False");
    assertThat(events()).containsSubsequence("WARNING ConnectionsHigh", "NORMAL ConnectionsHigh");
  }

  @Test
  void theRoleThatReadsMetricsIsNoSuperuserAndComesBack() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode app = pglet.instance("app");
    String isSuperuser = "SELECT rolsuper FROM pg_roles WHERE rolname = 'pglet_monitor'";
    try (Connection superuser = superuser(app, "postgres")) {
      assertThat(ask(superuser, isSuperuser)).isEqualTo("f");
      Pglet.run(superuser, "ALTER ROLE pglet_monitor SUPERUSER");
      pass();
      assertThat(ask(superuser, isSuperuser)).isEqualTo("f");
      Pglet.run(superuser, "DROP ROLE pglet_monitor");
      pass();
      assertThat(
              ask(
                  superuser,
                  "SELECT rolcanlogin AND rolpassword IS NULL AND"
                      + " pg_has_role(oid, 'pg_monitor', 'usage')"
                      + " FROM pg_authid WHERE rolname = 'pglet_monitor'"))
          .isEqualTo("t");
    }
  }

  /** A pass of a pglet that knows nothing but what is on the disk. */
  private void pass() throws Exception {
    pglet.restart();
    pglet.settle();
  }

  private static List<String> names(JsonNode status) {
    return StreamSupport.stream(status.at("/health/checks").spliterator(), false)
        .map(check -> check.path("name").asText())
        .toList();
  }

  private Optional<String> condition(String type) throws Exception {
    return StreamSupport.stream(pglet.instance("app").at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .map(condition -> condition.path("status").asText())
        .findFirst();
  }

  private List<String> events() throws Exception {
    return pglet.engine().events(KEY).stream()
        .map(event -> event.type() + " " + event.reason())
        .toList();
  }
}
