package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.reconcile.engine.Convergence;
import java.io.IOException;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Databases and their extensions in real servers. */
final class TestExtensionsForReal {
  private static final String INSTANCE =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        version: "VERSION"
        runtime: {binaries: BINARIES}
        roles:
          - {name: keeper, login: false}
        databases:
          - {name: shop, owner: keeper, extensions: [hstore]}
          - {name: plain, encoding: SQL_ASCII, locale: C}
        extensions:
          - {name: citext, databases: [app, shop]}
          - {name: pg_stat_statements, config: {max: 1234}}
      """;
  private static final String STATISTICS =
      "    - {name: pg_stat_statements, config: {max: 1234}}\n";

  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
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
  void databasesAndExtensionsAreAndStayAsTheManifestSays(String version, String binaries)
      throws Exception {
    String manifest = INSTANCE.replace("VERSION", version).replace("BINARIES", binaries);
    pglet.write("app.yaml", manifest);
    pglet.converge();
    assertThat(owners()).isEqualTo("app:app,plain:app,shop:keeper");
    assertThat(
            superuser(
                "postgres",
                "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database"
                    + " WHERE datname = 'plain'"))
        .isEqualTo("SQL_ASCII C");
    assertThat(extensions("app")).isEqualTo("citext,pg_stat_statements");
    assertThat(extensions("shop")).isEqualTo("citext,hstore");
    assertThat(superuser("app", "SHOW pg_stat_statements.max")).isEqualTo("1234");
    assertThat(applied("databases")).containsExactly("app true", "shop true", "plain true");
    assertThat(applied("extensions"))
        .containsExactly("citext true", "pg_stat_statements true", "hstore true");

    driftIsCorrected();
    whatIsOffIsDroppedAndThenPreloadedNoMore(manifest);
  }

  private void driftIsCorrected() throws Exception {
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "shop")) {
      run(connection, "ALTER DATABASE shop OWNER TO app", "DROP EXTENSION citext");
    }
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).containsExactly("ChangeOwner", "CreateExtension");
    assertThat(owners()).contains("shop:keeper");
    assertThat(extensions("shop")).isEqualTo("citext,hstore");
  }

  private void whatIsOffIsDroppedAndThenPreloadedNoMore(String manifest) throws Exception {
    // An entry that is gone drops nothing, and the extension keeps its library.
    pglet.engine().apply(manifest.replace(STATISTICS, ""));
    pglet.converge();
    assertThat(extensions("app")).isEqualTo("citext,pg_stat_statements");
    assertThat(superuser("app", "SELECT count(*) >= 0 FROM public.pg_stat_statements"))
        .isEqualTo("t");

    pglet.steps().forget();
    pglet
        .engine()
        .apply(manifest.replace(STATISTICS, "    - {name: pg_stat_statements, enabled: false}\n"));
    pglet.converge();
    List<String> steps = pglet.steps().names();
    assertThat(steps).contains("DropExtension", "KeepPreloaded", "RestartServer");
    assertThat(steps.indexOf("DropExtension")).isLessThan(steps.indexOf("KeepPreloaded"));
    assertThat(steps.indexOf("KeepPreloaded")).isLessThan(steps.lastIndexOf("RestartServer"));
    assertThat(extensions("app")).isEqualTo("citext");
    assertThat(superuser("app", "SHOW shared_preload_libraries")).isEmpty();

    pglet.steps().forget();
    pglet.engine().apply(manifest);
    pglet.converge();
    steps = pglet.steps().names();
    assertThat(steps.indexOf("RestartServer")).isNotNegative();
    assertThat(steps.indexOf("RestartServer")).isLessThan(steps.indexOf("CreateExtension"));
    assertThat(superuser("app", "SHOW shared_preload_libraries")).isEqualTo("pg_stat_statements");
  }

  @Test
  void aMissingPackageIsNamedWithItsCommandAndAllElseIsDone() throws Exception {
    pglet.write(
        "app.yaml",
        INSTANCE
            .replace("VERSION", SYSTEM_MAJOR)
            .replace("BINARIES", "system")
            .replace("  extensions:\n", "  extensions:\n    - {name: timescaledb}\n"));
    Convergence convergence = pglet.settle();

    assertThat(convergence.toString())
        .contains(
            "spec.extensions[0].name", "no extension timescaledb", "timescaledb-2-postgresql");
    assertThat(extensions("app")).isEqualTo("citext,pg_stat_statements");
    assertThat(extensions("shop")).isEqualTo("citext,hstore");
    JsonNode ready = condition("ExtensionsReady");
    assertThat(ready.path("status").asText()).isEqualTo("False");
    assertThat(ready.path("message").asText())
        .contains("install timescaledb-2-postgresql-" + SYSTEM_MAJOR);
    assertThat(condition("Available").path("status").asText()).isEqualTo("True");
  }

  @Test
  void whatADatabaseCannotBecomeIsRefusedWithItsPlace() throws Exception {
    String manifest = INSTANCE.replace("VERSION", SYSTEM_MAJOR).replace("BINARIES", "system");
    pglet.write("app.yaml", manifest);
    pglet.converge();
    pglet.steps().forget();

    pglet.engine().apply(manifest.replace("encoding: SQL_ASCII", "encoding: LATIN1"));
    String refused = pglet.settle().toString();

    assertThat(refused)
        .contains("app.yaml:11:", "spec.databases[1].encoding", "Set it back to SQL_ASCII");
    assertThat(pglet.steps().names()).isEmpty();
  }

  private String owners() throws Exception {
    return superuser(
        "postgres",
        "SELECT string_agg(datname || ':' || pg_get_userbyid(datdba), ',' ORDER BY datname)"
            + " FROM pg_database WHERE datname IN ('app', 'shop', 'plain')");
  }

  private String extensions(String database) throws Exception {
    return superuser(
        database,
        "SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'");
  }

  private List<String> applied(String list) throws Exception {
    return StreamSupport.stream(pglet.instance("app").at("/status/" + list).spliterator(), false)
        .map(entry -> entry.path("name").asText() + " " + entry.path("applied").asText())
        .toList();
  }

  private JsonNode condition(String type) throws Exception {
    return StreamSupport.stream(pglet.instance("app").at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private String superuser(String database, String sql) throws Exception {
    try (Connection connection = Pglet.superuser(pglet.instance("app"), database)) {
      return ask(connection, sql);
    }
  }
}
