package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.PlannedStep;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.engine.Observed;
import dev.pglet.reconcile.engine.SystemScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What would be done to a running server, with an engine and without one. */
final class TestDiffForReal {
  private static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "app");
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        parameters:
          work_mem: 5MB
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
  void aReloadAndARestartAreForetoldAndNothingChanges() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    pglet.steps().forget();
    Map<Path, String> before = files();

    String reloaded = APP.replace("5MB", "6MB");
    String restarted = APP.replace("work_mem: 5MB", "max_connections: 42");
    Preview reload = pglet.engine().preview(KEY, reloaded);
    Preview restart = pglet.engine().preview(KEY, restarted);
    Preview none = pglet.engine().preview(KEY, APP);
    Preview older = pglet.engine().preview(KEY, APP.replace(SYSTEM_MAJOR, "13"));

    assertThat(reload.differences())
        .extracting(difference -> difference.field() + " " + difference.after().orElse(""))
        .containsExactly("spec.parameters.work_mem 6MB");
    assertThat(reload.steps()).extracting(PlannedStep::risk).containsExactly(Risk.RELOAD);
    assertThat(reload.steps().getFirst().describe()).contains("work_mem");
    assertThat(restart.steps())
        .extracting(PlannedStep::risk)
        .containsExactly(Risk.RELOAD, Risk.RESTART);
    assertThat(restart.steps().getLast().describe()).contains("max_connections");
    assertThat(none.differs()).isFalse();
    assertThat(older.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.field()).isEqualTo("spec.version"));
    assertThat(pglet.engine().previewDeletion(KEY).orElseThrow().steps())
        .extracting(PlannedStep::name)
        .containsExactly("StopServer", "RetainVolume");

    assertThat(files()).isEqualTo(before);
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SHOW work_mem")).isEqualTo("5MB");
    }

    JsonNode app = pglet.instance("app");
    pglet.stop();
    assertThat(observing(observed -> observed.preview(KEY, reloaded))).isEqualTo(reload);
    assertThat(observing(observed -> observed.preview(KEY, restarted))).isEqualTo(restart);
    assertThat(ProcessHandle.of(pid(app))).isPresent();
  }

  @Test
  void aBranchIsForetoldFromItsSource() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    String branch =
        """
        apiVersion: pglet.dev/v1alpha1
        kind: Branch
        metadata: {name: pr-1}
        spec: {source: {instance: app}}
        """;
    Preview preview = pglet.engine().preview(ResourceKey.of(Branch.KIND, "pr-1"), branch);

    assertThat(preview.created()).isTrue();
    assertThat(preview.problems()).isEmpty();
    assertThat(preview.steps()).isNotEmpty().allMatch(step -> step.risk() == Risk.SAFE);
    assertThat(pglet.branch("pr-1").isMissingNode()).isTrue();
  }

  @Test
  void aChangeIsForetoldListedAndTakenBackThroughTheDaemon() throws Exception {
    pglet.write("app.yaml", APP.replace("5MB", "5MB   # enough"));
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      daemon.ready("pg/app");
      String changed =
          Files.writeString(pglet.base().resolve("changed.yaml"), APP.replace("5MB", "6MB"))
              .toString();

      assertThat(daemon.verb("apply", "--dry-run", "-f", changed))
          .contains("~ spec.parameters.work_mem: 5MB → 6MB", "1. RELOAD", "Nothing was written");
      assertThat(workMem(daemon)).isEqualTo("5MB");

      daemon.verb("apply", "-f", changed, "--wait");
      assertThat(workMem(daemon)).isEqualTo("6MB");
      assertThat(daemon.verb("history", "pg/app").lines()).hasSize(3);

      assertThat(daemon.verb("rollback", "pg/app"))
          .contains("~ spec.parameters.work_mem: 6MB → 5MB", "its data stays as it is");
      assertThat(workMem(daemon)).isEqualTo("5MB");
      assertThat(daemon.verb("diff", "pg/app")).contains("no difference");
      assertThat(daemon.verb("history", "pg/app").lines()).hasSize(4);
    }
  }

  private static String workMem(DaemonProcess daemon) throws Exception {
    try (Connection connection = Pglet.superuser(daemon.ready("pg/app"), "postgres")) {
      return ask(connection, "SHOW work_mem");
    }
  }

  private interface Look {
    Preview at(Observed observed) throws Exception;
  }

  private Preview observing(Look look) throws Exception {
    List<KindProvider> kinds =
        ServiceLoader.load(KindProvider.class).stream().map(ServiceLoader.Provider::get).toList();
    try (SystemScheduler scheduler = new SystemScheduler()) {
      return look.at(
          Observed.open(
              EngineParts.of(
                  pglet.settings(),
                  kinds,
                  pglet.directory(kinds, scheduler),
                  Clock.systemUTC(),
                  scheduler)));
    }
  }

  /** The manifests, and the configurations and markers of volumes. */
  private Map<Path, String> files() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(pglet.base())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = pglet.base().relativize(file).toString();
        if (!name.contains("/data/") && !name.contains("/log/")) {
          files.put(file, Files.getLastModifiedTime(file) + " " + Files.size(file));
        }
      }
    }
    return files;
  }
}
