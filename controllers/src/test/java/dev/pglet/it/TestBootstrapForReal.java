package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With what real data is made, and that it stays so. */
@Timeout(300)
final class TestBootstrapForReal {
  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = Pglet.inMemory();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void theDataIsMadeAsTheSpecSaysAndALaterEditIsSaidAndDoesNothing() throws Exception {
    pglet.write("app.yaml", manifest(SYSTEM_MAJOR, "dataChecksums: false, localeProvider: icu"));
    pglet.converge();
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SHOW data_checksums")).isEqualTo("off");
      assertThat(provider(connection)).isEqualTo("i");
    }
    long pid = pid(pglet.instance("app"));
    pglet.steps().forget();

    pglet.engine().apply(manifest(SYSTEM_MAJOR, "dataChecksums: true, localeProvider: icu"));
    pglet.converge();

    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    assertThat(pglet.instance("app").at("/status/conditions").toString())
        .contains("BootstrapIgnored")
        .contains("spec.bootstrap.initdb.dataChecksums is true, but the data was made with false")
        .doesNotContain("localeProvider is");
  }

  @Test
  void theBuiltinProviderIsPostgresqlsOwn() throws Exception {
    pglet.write("app.yaml", manifest("18", "dataChecksums: false, localeProvider: builtin"));
    pglet.converge();
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SHOW data_checksums")).isEqualTo("off");
      assertThat(provider(connection)).isEqualTo("b");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "17|{initdb: {localeProvider: glibc}}|localeProvider",
        "17|{initdb: {dataChecksums: perhaps}}|dataChecksums",
        "17|{initdb: {walSegmentSize: 64}}|spec.bootstrap.initdb.walSegmentSize: must be text",
        "17|{initdb: {walSegmentSize: 24MB}}|spec.bootstrap.initdb.walSegmentSize: must match",
        "17|{initdb: {walSegmentSize: 2048MB}}|spec.bootstrap.initdb.walSegmentSize: must match",
        "17|{initdb: {walSegmentSize: 64MB}}, parameters: {min_wal_size: 100MB}|min_wal_size must be at least two WAL segments, which are 128 MB",
        "17|{restore: {}}|restore",
        "17|{adopt: {}}|spec.storage.dataDirectory, which is not set",
        "17|{adopt: {}, initdb: {}}, storage: {dataDirectory: /srv/main}|both adopt and initdb",
        "17|{adopt: {force: true}}|spec.bootstrap.adopt.force: unknown field",
        "17|{adopt: true}|spec.bootstrap.adopt",
        "14|{initdb: {localeProvider: icu}}|PostgreSQL 14 has no locale provider icu",
        "16|{initdb: {localeProvider: builtin}}|PostgreSQL 16 has no locale provider builtin",
        "17|{initdb: {localeProvider: builtin}}, database: {locale: de_DE.UTF-8}|builtin does not know de_DE.UTF-8",
        "17|{}, runtime: {type: container}|type",
      })
  void whatCannotBeIsRefusedBeforeAnythingIsMade(String version, String bootstrap, String said)
      throws Exception {
    String manifest =
        "{apiVersion: pglet.dev/v1alpha1, kind: PostgreSQLInstance, metadata: {name: app}, spec: {version: \"%s\", bootstrap: %s}}"
            .formatted(version, bootstrap);
    String answer;
    try {
      pglet.engine().apply(manifest);
      answer = pglet.engine().converge(Pglet.SOON).toString();
    } catch (ReconcileException e) {
      answer = e.explain();
    }
    assertThat(answer).contains(said);
    assertThat(pglet.settings().volumes()).doesNotExist();
  }

  private static String provider(Connection connection) throws Exception {
    return ask(connection, "SELECT datlocprovider FROM pg_database WHERE datname = 'app'");
  }

  private static String manifest(String version, String initdb) {
    return """
    apiVersion: pglet.dev/v1alpha1
    kind: PostgreSQLInstance
    metadata:
      name: app
    spec:
      version: "%s"
      bootstrap: {initdb: {%s}}
    """
        .formatted(version, initdb);
  }
}
