package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.reconcile.engine.Convergence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Roles and their passwords in real servers. */
final class TestRolesForReal {
  private static final String FIRST = "first-hunter2";
  private static final String SECOND = "second:hunter\\2'";
  private static final String ROLES =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        version: "VERSION"
        runtime: {binaries: BINARIES}
        parameters: {log_statement: all, log_min_duration_statement: "0"}
        roles:
          - name: readers
          - name: auditor
            createdb: true
            connectionLimit: 5
            validUntil: "2037-01-31T00:00:00+01:00"
            inRoles: [readers, pg_monitor]
            password: {file: SECRET}
          - {name: worker, generated: true, inherit: false, inRoles: [readers]}
          - name: batch
            password: {secret: shop, key: batch}
        extensions:
          - name: pg_stat_statements
      """;
  private static final String AUDITOR =
      """
      SELECT concat_ws(' ', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication,
                       rolbypassrls, rolinherit, rolconnlimit,
                       rolvaliduntil = '2037-01-31 00:00:00+01',
                       (SELECT string_agg(pg_get_userbyid(roleid), ',' ORDER BY 1)
                          FROM (SELECT DISTINCT roleid FROM pg_auth_members WHERE member = r.oid) m))
        FROM pg_roles r WHERE rolname = 'auditor'""";
  private static final String AS_WANTED = "t f t f f f t 5 t pg_monitor,readers";

  private Pglet pglet;
  private Path secret;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
    secret = pglet.base().resolve("auditor");
    writeSecret(secret, FIRST + "\n");
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  static Stream<Arguments> binaries() {
    return Stream.of(
        Arguments.of(SYSTEM_MAJOR, "system"),
        Arguments.of("17", "embedded"),
        Arguments.of("18", "embedded"));
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void rolesAreAndStayAsTheirEntriesSay(String version, String binaries) throws Exception {
    pglet.write(
        "app.yaml",
        ROLES
            .replace("VERSION", version)
            .replace("BINARIES", binaries)
            .replace("SECRET", secret.toString()));
    pglet.converge();

    aMissingSecretMakesARoleWithoutAPassword();
    everythingIsAsWanted();
    whatSomebodyChangedIsCorrected();
    aChangedSecretIsSet();
    aSecretThatCannotBeReadChangesNothing();
    noSecretIsAnywhere();
  }

  private void aMissingSecretMakesARoleWithoutAPassword() throws Exception {
    assertThat(condition("SecretsReady").path("status").asText()).isEqualTo("False");
    assertThat(condition("SecretsReady").path("message").asText())
        .contains("spec.roles[3].password", "secrets/shop.yaml does not exist", "install -m 600");
    assertThat(condition("Ready").path("status").asText()).isEqualTo("True");
    assertThat(superuser("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'batch'"))
        .isEqualTo("t");
    writeSecret(pglet.settings().secrets().resolve("shop.yaml"), "batch: '0123'\n");
    again();
    assertThat(condition("SecretsReady").path("status").asText()).isEqualTo("True");
  }

  private void everythingIsAsWanted() throws Exception {
    assertThat(superuser(AUDITOR)).isEqualTo(AS_WANTED);
    login("auditor", FIRST);
    login("batch", "0123");
    login("worker", generated("worker"));
    login("app", generated("app"));
    assertThat(
            StreamSupport.stream(pglet.instance("app").at("/status/roles").spliterator(), false)
                .map(role -> role.path("name").asText() + " " + role.path("applied").asText()))
        .containsExactly("app true", "readers true", "auditor true", "worker true", "batch true");
    pglet.steps().forget();
    again();
    assertThat(pglet.steps().names()).isEmpty();
  }

  private void whatSomebodyChangedIsCorrected() throws Exception {
    String worker = generated("worker");
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      run(
          connection,
          "ALTER ROLE auditor NOLOGIN SUPERUSER NOCREATEDB CREATEROLE REPLICATION BYPASSRLS"
              + " NOINHERIT CONNECTION LIMIT 1 VALID UNTIL 'infinity' PASSWORD 'other'",
          "REVOKE readers FROM auditor",
          "GRANT pg_read_all_data TO auditor",
          "ALTER ROLE worker PASSWORD NULL",
          "ALTER ROLE app SUPERUSER",
          "DROP ROLE batch");
    }
    pglet.steps().forget();
    again();
    assertThat(pglet.steps().names())
        .containsOnly("CreateRole", "AlterRole", "ChangeMemberships", "SetPassword");
    assertThat(superuser(AUDITOR)).isEqualTo(AS_WANTED);
    assertThat(superuser("SELECT rolsuper FROM pg_roles WHERE rolname = 'app'")).isEqualTo("f");
    login("auditor", FIRST);
    login("batch", "0123");
    login("worker", worker);
  }

  private void aChangedSecretIsSet() throws Exception {
    writeSecret(secret, SECOND);
    again();
    login("auditor", SECOND);
    assertThatThrownBy(() -> login("auditor", FIRST)).isInstanceOf(SQLException.class);
  }

  private void aSecretThatCannotBeReadChangesNothing() throws Exception {
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    pglet.steps().forget();
    again();
    assertThat(condition("SecretsReady").path("message").asText())
        .contains("Run: chmod 600 " + secret);
    Files.delete(secret);
    again();
    assertThat(condition("SecretsReady").path("reason").asText()).isEqualTo("SecretMissing");
    assertThat(pglet.steps().names()).isEmpty();
    login("auditor", SECOND);
  }

  private void noSecretIsAnywhere() throws Exception {
    List<String> secrets = List.of(FIRST, "hunter", "SCRAM-SHA-256$", generated("worker"));
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    // Nothing comes and goes meanwhile.
    pglet.stop();
    List<Path> files;
    try (Stream<Path> all = Files.walk(pglet.base())) {
      files =
          all.filter(Files::isRegularFile)
              .filter(file -> !file.startsWith(data))
              .filter(file -> !file.startsWith(pglet.settings().secrets()))
              .filter(file -> !file.startsWith(pglet.settings().binaries()))
              .toList();
    }
    assertThat(files).anyMatch(file -> file.endsWith("server.log"));
    for (Path file : files) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .as(file.toString())
          .doesNotContain(secrets);
    }
    pglet.converge();
    assertThat(pglet.instance("app").toString()).doesNotContain(secrets);
    try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      assertThat(processes.map(process -> process.info().commandLine().orElse("")))
          .noneMatch(line -> secrets.stream().anyMatch(line::contains));
    }
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "app")) {
      assertThat(
              ask(
                  connection,
                  "SELECT count(*) FROM public.pg_stat_statements WHERE query ~ 'SCRAM-SHA|hunter'"))
          .isEqualTo("0");
    }
  }

  @Test
  void fiveHundredRolesAreOneQuestion() throws Exception {
    String roles =
        IntStream.range(1, 500)
            .mapToObj(
                i ->
                    i % 50 == 0
                        ? "    - {name: r%d, inRoles: [r0], generated: true}\n".formatted(i)
                        : "    - {name: r%d}\n".formatted(i))
            .collect(Collectors.joining());
    pglet.write(
        "app.yaml",
        """
            apiVersion: pglet.dev/v1alpha1
            kind: PostgreSQLInstance
            metadata: {name: app}
            spec:
              version: "%s"
              roles:
                - name: r0
            """
                .formatted(SYSTEM_MAJOR)
            + roles);
    pglet.engine().rescan();
    Convergence convergence = pglet.engine().converge(Duration.ofMinutes(5));
    assertThat(convergence.succeeded()).as(convergence.toString()).isTrue();
    assertThat(superuser("SELECT count(*) FROM pg_roles WHERE rolname ~ '^r[0-9]+$'"))
        .isEqualTo("500");
    assertThat(superuser("SELECT count(*) FROM pg_auth_members WHERE roleid = 'r0'::regrole"))
        .isEqualTo("9");
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "app")) {
      run(connection, "CREATE EXTENSION pg_stat_statements SCHEMA public");
      ask(connection, "SELECT public.pg_stat_statements_reset()");
      pglet.steps().forget();
      again();
      String calls =
          "SELECT coalesce(sum(calls), 0) FROM public.pg_stat_statements WHERE query !~ 'stat_statements'";
      int passes = Integer.parseInt(ask(connection, calls + " AND query ~ 'pending_restart'"));
      assertThat(pglet.steps().names()).isEmpty();
      assertThat(passes).isPositive();
      assertThat(Integer.parseInt(ask(connection, calls))).isLessThanOrEqualTo(3 * passes);
    }
  }

  private static void writeSecret(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private void again() throws Exception {
    pglet.restart();
    pglet.converge();
  }

  private JsonNode condition(String type) throws Exception {
    return StreamSupport.stream(pglet.instance("app").at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private String generated(String role) throws Exception {
    return Pglet.password(
        Path.of(pglet.instance("app").at("/status/connection/secretFile").asText()), role);
  }

  private void login(String role, String password) throws Exception {
    String url =
        "jdbc:postgresql://127.0.0.1:%d/app"
            .formatted(pglet.instance("app").at("/status/port").asInt());
    try (Connection connection = DriverManager.getConnection(url, role, password)) {
      assertThat(ask(connection, "SELECT current_user")).isEqualTo(role);
    }
  }

  private String superuser(String sql) throws Exception {
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      return ask(connection, sql);
    }
  }
}
