package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.host.file.FileTree;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fences, restarts and reloads on request, of real servers. */
@Timeout(300)
final class TestRequestsForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
        annotations: {}
      spec:
        version: "MAJOR"
        parameters:
          work_mem: 5MB
      """
          .replace("MAJOR", SYSTEM_MAJOR);

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
  void fencedIsDownItsConfigurationFollowsAndItComesBackWithIt() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode before = pglet.instance("app");
    pglet.engine().apply(APP + "  desiredState: Fenced\n");
    pglet.settle();
    assertThat(ProcessHandle.of(pid(before))).isEmpty();
    assertThat(phase()).isEqualTo("Fenced");

    pglet.steps().forget();
    pglet.engine().apply(APP.replace("5MB", "6MB") + "  desiredState: Fenced\n");
    pglet.settle();
    Path configuration =
        Path.of(before.at("/status/dataDirectory").asText())
            .resolveSibling("config/postgresql.conf");
    assertThat(configuration).content().contains("work_mem = '6MB'");
    assertThat(pglet.steps().names()).containsExactly("ApplyConfiguration");
    assertThat(phase()).isEqualTo("Fenced");

    pglet.engine().apply(APP.replace("5MB", "6MB"));
    pglet.converge();
    assertThat(askApp("SHOW work_mem")).isEqualTo("6MB");
  }

  @Test
  void aRestartByAnnotationIsDoneOnceAlsoWhenTheStateDirectoryIsLost() throws Exception {
    String first = APP.replace("{}", "{pglet.dev/restart: first}");
    pglet.write("app.yaml", first);
    pglet.converge();
    long created = pid(pglet.instance("app"));
    assertThat(token("restartToken")).as("there at the creation").isEqualTo("first");

    String second = APP.replace("{}", "{pglet.dev/restart: second, pglet.dev/reload: r}");
    pglet.engine().apply(second);
    pglet.converge();
    long restarted = pid(pglet.instance("app"));
    assertThat(restarted).isNotEqualTo(created);
    assertThat(token("restartToken")).isEqualTo("second");
    assertThat(token("reloadToken")).as("a restart reads everything anew").isEqualTo("r");
    assertThat(token("lastRestart")).isNotEmpty();

    pglet.stop();
    FileTree.delete(pglet.settings().state());
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    // An old one comes back, as by a revert in git.
    pglet.engine().apply(first);
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(restarted);
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(token("restartToken")).isEqualTo("first");
  }

  @Test
  void aReloadByAnnotationReadsTheFilesAnewAndKeepsSessions() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    try (Connection connection = connect(pglet.instance("app"))) {
      String before = ask(connection, "SELECT pg_conf_load_time()");
      pglet.engine().apply(APP.replace("{}", "{pglet.dev/reload: now}"));
      pglet.converge();
      assertThat(token("reloadToken")).isEqualTo("now");
      TestInstanceForReal.eventually(
          () -> {
            String after = ask(connection, "SELECT pg_conf_load_time()");
            assertThat(after).isNotEqualTo(before);
            return after;
          },
          Duration.ofSeconds(10));
      run(connection, "SELECT 1");
    }
  }

  @Test
  void theVerbsFenceByLabelStartRestartAndReload() throws Exception {
    pglet.write("app.yaml", APP.replace("annotations: {}", "labels: {env: test}"));
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      long created = pid(daemon.ready("postgresqlinstance/app"));
      assertThat(daemon.verb("fence", "-l", "env=test")).contains("UpToDate=True met");
      assertThat(daemon.verb("get", "pg", "app")).contains("Fenced");
      daemon.verb("start", "app");
      long started = pid(daemon.ready("postgresqlinstance/app"));
      assertThat(started).isNotEqualTo(created);
      assertThat(daemon.verb("restart", "app")).contains("status.restartToken=");
      long restarted = pid(daemon.ready("postgresqlinstance/app"));
      assertThat(restarted).isNotEqualTo(started);
      assertThat(daemon.verb("reload", "--all")).contains("status.reloadToken=");
      assertThat(pid(daemon.ready("postgresqlinstance/app"))).isEqualTo(restarted);
      assertThat(daemon.verb(2, "restart", "-l", "")).contains("the selector is empty");
      assertThat(daemon.verb(2, "restart", "app", "--all")).contains("say what to restart");
    }
  }

  private String phase() throws Exception {
    return pglet.instance("app").at("/status/phase").asText();
  }

  private String token(String field) throws Exception {
    return pglet.instance("app").path("status").path(field).asText();
  }

  private String askApp(String sql) throws Exception {
    try (Connection connection = connect(pglet.instance("app"))) {
      return ask(connection, sql);
    }
  }
}
