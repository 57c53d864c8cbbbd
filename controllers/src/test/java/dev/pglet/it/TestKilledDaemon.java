package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code kill -9} of the real daemon, at the moments at which most is half done. */
@Timeout(300)
final class TestKilledDaemon {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: b
      spec:
        source:
          instance: app
      """;

  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
    pglet.write("app.yaml", APP);
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void duringInitdbLeavesNothingHalfMade() throws Exception {
    try (DaemonProcess first = DaemonProcess.start(pglet)) {
      // Under its staging name, and far enough to look like a cluster.
      awaitPath(first, path -> path.toString().matches(".*/data\\.init-[0-9a-f]+/PG_VERSION"));
      first.kill();
    }
    assertThat(find(path -> path.endsWith("data/PG_VERSION"))).isEmpty();
    try (DaemonProcess next = DaemonProcess.start(pglet)) {
      JsonNode app = next.ready("postgresqlinstance/app");
      try (Connection connection = connect(app)) {
        assertThat(ask(connection, "SELECT current_user")).isEqualTo("app");
      }
      assertOnePostmaster(app);
      assertThat(find(path -> path.toString().contains("data.init-"))).isEmpty();
      assertThat(find(path -> path.endsWith("data/PG_VERSION"))).hasSize(1);
    }
  }

  @Test
  void duringACopyLeavesNothingHalfMadeAndTheSourceAlone() throws Exception {
    long source;
    try (DaemonProcess first = DaemonProcess.start(pglet)) {
      JsonNode app = first.ready("postgresqlinstance/app");
      source = pid(app);
      try (Connection connection = connect(app)) {
        run(
            connection,
            "CREATE TABLE big AS SELECT i, repeat('x', 1000) AS filler"
                + " FROM generate_series(1, 300000) i");
      }
      pglet.write("b.yaml", BRANCH);
      awaitPath(first, path -> path.toString().contains("/data.building/base/"));
      first.kill();
    }
    assertThat(find(path -> path.endsWith("data.building"))).hasSize(1);
    assertThat(operations()).hasSize(1);
    assertThat(ProcessHandle.of(source)).isPresent();
    try (DaemonProcess next = DaemonProcess.start(pglet)) {
      JsonNode branch = next.ready("branch/b");
      JsonNode app = next.ready("postgresqlinstance/app");
      assertThat(pid(app)).isEqualTo(source);
      try (Connection connection = connect(branch)) {
        assertThat(ask(connection, "SELECT sum(i) FROM big")).isEqualTo("45000150000");
      }
      assertOnePostmaster(app);
      assertOnePostmaster(branch);
      assertThat(find(path -> path.endsWith("data.building"))).isEmpty();
      assertThat(operations()).isEmpty();
      try (Connection superuser = Pglet.superuser(app, "postgres")) {
        assertThat(ask(superuser, "SELECT count(*) FROM pg_ls_dir('.') f WHERE f = 'backup_label'"))
            .isEqualTo("0");
        assertThat(
                ask(
                    superuser,
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_backup%'"
                        + " AND pid <> pg_backend_pid()"))
            .isEqualTo("0");
      }
    }
  }

  @Test
  void whileIdleIsNoticedByNobody() throws Exception {
    pglet.write("b.yaml", BRANCH);
    Set<Long> pids;
    JsonNode app;
    try (DaemonProcess first = DaemonProcess.start(pglet)) {
      app = first.ready("postgresqlinstance/app");
      pids = Set.of(pid(app), pid(first.ready("branch/b")));
      first.kill();
    }
    String manifest = Files.readString(pglet.manifests().resolve("app.yaml"));
    try (Connection connection = connect(app)) {
      // A session over the daemon's death and its successor's start.
      run(connection, "CREATE TABLE t AS SELECT 1 AS i");
      try (DaemonProcess next = DaemonProcess.start(pglet)) {
        JsonNode adopted = next.ready("postgresqlinstance/app");
        assertThat(Set.of(pid(adopted), pid(next.ready("branch/b")))).isEqualTo(pids);
        assertThat(adopted.at("/status/port")).isEqualTo(app.at("/status/port"));
        assertThat(ask(connection, "SELECT i FROM t")).isEqualTo("1");
        assertThat(pglet.manifests().resolve("app.yaml")).content().isEqualTo(manifest);
        // It is the next daemon's own: what happens to the server is its business.
        assertThat(ProcessHandle.of(pid(adopted)).orElseThrow().destroyForcibly()).isTrue();
        TestInstanceForReal.eventually(
            () -> {
              try (Connection again = connect(adopted)) {
                return ask(again, "SELECT i FROM t");
              }
            },
            Pglet.SOON);
        assertThat(next.alive()).as(next.log()).isTrue();
      }
    }
  }

  private static void assertOnePostmaster(JsonNode resource) {
    Path data = Path.of(resource.at("/status/dataDirectory").asText());
    assertThat(Leftovers.postmasters(data)).containsExactly(pid(resource));
  }

  private void awaitPath(DaemonProcess daemon, Predicate<Path> wanted) throws IOException {
    long deadline = System.nanoTime() + Pglet.SOON.toNanos();
    while (find(wanted).isEmpty()) {
      assertThat(System.nanoTime()).as(daemon.log()).isLessThan(deadline);
      assertThat(daemon.alive()).as(daemon.log()).isTrue();
    }
  }

  /** What there is in the volumes; files come and go meanwhile. */
  private List<Path> find(Predicate<Path> wanted) throws IOException {
    return Leftovers.paths(pglet.settings().volumes()).stream().filter(wanted).toList();
  }

  private List<Path> operations() throws IOException {
    try (Stream<Path> journals = Files.list(pglet.settings().state().resolve("operations"))) {
      return journals.toList();
    }
  }
}
