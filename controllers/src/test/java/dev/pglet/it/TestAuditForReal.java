package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What servers log of their use. */
final class TestAuditForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        runtime: {binaries: BINARIES}
        security:
          audit: {enabled: true, logConnections: true, logDisconnections: true, logStatements: [ddl]}
      """;

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
  void classesOfStatementsAreLoggedWithWhoSentThem() throws Exception {
    String audited = APP.replace("MAJOR", SYSTEM_MAJOR).replace("BINARIES", "system");
    pglet.write("app.yaml", audited);
    pglet.converge();
    assertThat(value("shared_preload_libraries")).contains("pgaudit");
    try (Connection connection = connect(pglet.instance("app"))) {
      run(connection, "CREATE TABLE watched (id int)", "INSERT INTO watched VALUES (4711)");
    }
    assertThat(logged("user=app database=app host=127.0.0.1"))
        .contains("connection authorized: user=app database=app")
        .containsPattern("app@app 127.0.0.1 LOG: {2}AUDIT: SESSION,1,1,DDL,CREATE TABLE,")
        .doesNotContain("4711", "SCRAM-SHA-256$");
    assertThat(pglet.instance("app").at("/status/conditions").toString())
        .doesNotContain("AuditDegraded");

    pglet.engine().apply(audited.replace("enabled: true", "enabled: false"));
    pglet.converge();
    assertThat(value("shared_preload_libraries")).doesNotContain("pgaudit");
    assertThat(value("log_connections")).isEqualTo("off");
    try (Connection connection = connect(pglet.instance("app"))) {
      run(connection, "CREATE TABLE unwatched (id int)");
    }
    assertThat(Files.readString(log())).doesNotContain("unwatched");
  }

  @Test
  void withoutTheLibraryStatementsAreLoggedAllTheSameAndItIsSaidWhatToInstall() throws Exception {
    pglet.write("app.yaml", APP.replace("MAJOR", "18").replace("BINARIES", "embedded"));
    pglet.converge();
    assertThat(value("log_statement")).isEqualTo("ddl");
    try (Connection connection = connect(pglet.instance("app"))) {
      run(connection, "CREATE TABLE watched (id int)", "INSERT INTO watched VALUES (4711)");
    }
    assertThat(logged("user=app database=app host=127.0.0.1"))
        .containsPattern("app@app 127.0.0.1 LOG: {2}execute <unnamed>: CREATE TABLE watched")
        .doesNotContain("4711", "SCRAM-SHA-256$");
    assertThat(pglet.instance("app").at("/status/conditions").toString())
        .contains("AuditDegraded", "postgresql-18-pgaudit", "log_statement = ddl");
  }

  private String value(String setting) throws Exception {
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      return ask(connection, "SHOW " + setting);
    }
  }

  private String logged(String until) throws Exception {
    return eventually(
        () -> {
          String text = Files.readString(log());
          assertThat(text).contains(until);
          return text;
        },
        Duration.ofSeconds(20));
  }

  private Path log() throws Exception {
    JsonNode app = pglet.instance("app");
    return Path.of(app.at("/status/dataDirectory").asText()).resolveSibling("log/server.log");
  }
}
