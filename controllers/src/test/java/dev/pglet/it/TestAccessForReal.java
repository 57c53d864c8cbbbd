package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.reconcile.engine.Convergence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may log in to real servers. */
final class TestAccessForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        security:
          authentication:
            hba: [LINES]
      """;

  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  static List<String> majors() {
    return List.of(SYSTEM_MAJOR, PostgreSQLInstanceSpec.DEFAULT_VERSION);
  }

  private static String app(String major, String lines) {
    return APP.replace("MAJOR", major).replace("LINES", lines);
  }

  private JsonNode app() throws Exception {
    return pglet.instance("app");
  }

  private Path rules() throws Exception {
    return Path.of(app().at("/status/dataDirectory").asText()).resolveSibling("config/pg_hba.conf");
  }

  /** In the same words and order as PostgreSQL has read them. */
  private String loaded() throws Exception {
    try (Connection superuser = Pglet.superuser(app(), "postgres")) {
      return ask(
          superuser,
          "SELECT string_agg(concat_ws(' ', type, auth_method, error), ', ' ORDER BY line_number)"
              + " FROM pg_hba_file_rules");
    }
  }

  private String settleUntilStalled() throws Exception {
    Convergence convergence = pglet.settle();
    long deadline = System.nanoTime() + Pglet.SOON.toNanos();
    while (!convergence.toString().contains("STALLED") && System.nanoTime() < deadline) {
      convergence = pglet.settle();
    }
    assertThat(convergence.toString()).contains("STALLED");
    return convergence.toString();
  }

  @ParameterizedTest
  @MethodSource("majors")
  void aLineThatPostgresqlRefusesLeavesTheOldRulesInForce(String major) throws Exception {
    Path file = pglet.write("app.yaml", app(major, "host app app 127.0.0.1/32 scram-sha-256"));
    pglet.converge();
    long pid = pid(app());
    String before = Files.readString(rules());
    String rulesBefore = loaded();

    pglet.write(
        "app.yaml",
        Files.readString(file).replace("scram-sha-256]", "scram-sha-256 nosuchoption=1]"));
    String refused = settleUntilStalled();

    assertThat(refused)
        .contains("app.yaml:", "spec.security.authentication.hba[0]", "nosuchoption");
    assertThat(Files.readString(rules())).isEqualTo(before);
    assertThat(loaded()).isEqualTo(rulesBefore).doesNotContain("nosuchoption");
    try (Connection connection = connect(app())) {
      assertThat(ask(connection, "SELECT current_user")).isEqualTo("app");
    }
    assertThat(pid(app())).isEqualTo(pid);

    // Nothing bad lies where a restart would find it.
    assertThat(new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor()).isZero();
    pglet.restart();
    assertThat(
            TestInstanceForReal.eventually(
                () -> {
                  try (Connection connection = connect(app())) {
                    return ask(connection, "SELECT current_user");
                  }
                },
                Pglet.SOON))
        .isEqualTo("app");
  }

  @Test
  void linesOfTheManifestDecideBeforeTheDefault() throws Exception {
    pglet.write("app.yaml", app(SYSTEM_MAJOR, ""));
    pglet.converge();
    long pid = pid(app());
    connect(app()).close();

    pglet.write("app.yaml", app(SYSTEM_MAJOR, "host app app 127.0.0.0/8 reject"));
    pglet.converge();

    assertThatThrownBy(() -> connect(app())).hasMessageContaining("reject");
    assertThat(pid(app())).as("a reload is enough").isEqualTo(pid);
    assertThat(loaded()).startsWith("local peer, local peer, host reject, local scram-sha-256,");

    // By hand, and taken back.
    Files.writeString(rules(), "local all all trust\n");
    pglet.restart();
    pglet.converge();
    assertThat(loaded()).startsWith("local peer, local peer, host reject, local scram-sha-256,");
  }

  @Test
  void md5LetsOldVerifiersInAndIsWarnedOf() throws Exception {
    pglet.write("app.yaml", app(SYSTEM_MAJOR, "").replace("hba: []", "method: md5"));
    pglet.converge();

    assertThat(app().at("/status/conditions").toString())
        .contains("\"WeakAuthentication\"", "spec.security.authentication.method");
    try (Connection superuser = Pglet.superuser(app(), "postgres")) {
      assertThat(ask(superuser, "SHOW password_encryption")).isEqualTo("scram-sha-256");
      run(
          superuser,
          "SET password_encryption = 'md5'",
          "CREATE ROLE old LOGIN PASSWORD 'antique'",
          "GRANT CONNECT ON DATABASE app TO old");
    }
    // SCRAM verifiers work as well.
    connect(app()).close();
    try (Connection old =
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:%d/app".formatted(app().at("/status/port").asInt()),
            "old",
            "antique")) {
      assertThat(ask(old, "SELECT current_user")).isEqualTo("old");
    }
  }

  @Test
  void trustIsRefusedBeforeAnythingIsTouched() throws Exception {
    Path file = pglet.write("app.yaml", app(SYSTEM_MAJOR, ""));
    pglet.converge();
    String before = Files.readString(rules());

    pglet.write("app.yaml", Files.readString(file).replace("hba: []", "method: trust"));

    assertThat(settleUntilStalled())
        .contains("app.yaml:", "spec.security.authentication.method: trust lets everybody in");
    assertThat(Files.readString(rules())).isEqualTo(before);
  }
}
