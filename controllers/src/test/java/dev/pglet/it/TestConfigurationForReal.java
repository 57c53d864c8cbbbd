package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.state.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings of real servers: in force, refused, waiting for a restart, changed by others. */
final class TestConfigurationForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        performance:
          sharedBuffers: 32MB
          workMem: 5MB
        update: {restart: Auto}
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  /** What a configuration that does not come up is given until the last good one runs again. */
  private static final Duration TAKEN_BACK = Duration.ofSeconds(30);

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
  void aRestartWaitsUntilThePolicyAllowsItAndAReloadDoesNot() throws Exception {
    String manual = APP.replace("Auto", "Manual");
    pglet.write("app.yaml", manual);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    assertThat(condition("RestartPending").isMissingNode()).isTrue();
    assertThat(condition("ConfigApplied").path("status").asText()).isEqualTo("True");
    pglet.steps().forget();

    String wanted = manual.replace("32MB", "48MB").replace("5MB", "6MB");
    pglet.engine().apply(wanted);
    pglet.converge();

    assertThat(pglet.steps().names())
        .contains("ApplyConfiguration")
        .doesNotContain("RestartServer");
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    assertThat(value("shared_buffers")).isEqualTo("32MB");
    assertThat(value("work_mem")).isEqualTo("6MB");
    JsonNode pending = pglet.instance("app").at("/status/config/pendingRestart");
    assertThat(pending).hasSize(1);
    assertThat(pending.get(0).toString())
        .isEqualTo("{\"name\":\"shared_buffers\",\"current\":\"32MB\",\"desired\":\"48MB\"}");
    assertThat(condition("RestartPending").path("message").asText())
        .startsWith("shared_buffers is 32MB and becomes 48MB")
        .contains("pglet.dev/restart");
    assertThat(condition("Ready").path("status").asText()).isEqualTo("True");

    pglet.engine().apply(wanted.replace("version:", "network: {port: 16998}\n  version:"));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    assertThat(value("work_mem")).as("the address in the status still works").isEqualTo("6MB");
    assertThat(condition("RestartPending").path("message").asText()).contains("to 16998");

    pglet.engine().apply(wanted.replace("Manual", "Auto"));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isNotEqualTo(pid);
    assertThat(value("shared_buffers")).isEqualTo("48MB");
    assertThat(condition("RestartPending").isMissingNode()).isTrue();
    assertThat(pglet.instance("app").at("/status/config/pendingRestart").isMissingNode()).isTrue();
  }

  @Test
  void whoeverAsksForARestartGetsItWithAllThatWaited() throws Exception {
    String manual = APP.replace("Auto", "Manual");
    pglet.write("app.yaml", manual);
    pglet.converge();
    String wanted = manual.replace("32MB", "48MB");
    pglet.engine().apply(wanted);
    pglet.converge();
    assertThat(value("shared_buffers")).isEqualTo("32MB");

    pglet
        .engine()
        .apply(
            wanted.replace(
                "  name: app", "  name: app\n  annotations: {pglet.dev/restart: \"now\"}"));
    pglet.converge();

    assertThat(value("shared_buffers")).isEqualTo("48MB");
    assertThat(condition("RestartPending").isMissingNode()).isTrue();
  }

  @Test
  void aServerThatIsDownIsStartedWithWhatWaitedForARestart() throws Exception {
    String manual = APP.replace("Auto", "Manual");
    pglet.write("app.yaml", manual);
    pglet.converge();
    pglet.engine().apply(manual.replace("32MB", "48MB"));
    pglet.converge();
    long pid = pid(pglet.instance("app"));

    assertThat(new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor()).isZero();

    assertThat(eventually(() -> value("shared_buffers"), Duration.ofSeconds(30))).isEqualTo("48MB");
  }

  @Test
  void aWindowIsOpenAlsoForARestartThatWaitsAlready() throws Exception {
    // One of the two is open at any time, and the other closed.
    String open = "[\"00:00-24:00\"]";
    String closed = closedWindow();
    String windowed = APP.replace("{restart: Auto}", "{restart: Window, window: " + closed + "}");
    pglet.write("app.yaml", windowed);
    pglet.converge();
    pglet.engine().apply(windowed.replace("32MB", "48MB"));
    pglet.converge();
    assertThat(condition("RestartPending").path("reason").asText()).isEqualTo("WaitsForWindow");

    pglet.engine().apply(windowed.replace("32MB", "48MB").replace(closed, open));
    pglet.converge();
    assertThat(value("shared_buffers")).isEqualTo("48MB");
  }

  @Test
  void whatTheServerSaysAgainstATypedFieldIsSaidWithItsPlace() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    pglet.write("app.yaml", Files.readString(file).replace("workMem: 5MB", "workMem: 1kB"));

    Convergence convergence = settleUntilStalled();

    assertThat(convergence.standings().values().iterator().next().message())
        .contains("app.yaml:9:5: spec.performance.workMem: 1 kB is outside the valid range");
    assertThat(condition("ConfigApplied").path("status").asText()).isEqualTo("False");
    assertThat(condition("ConfigApplied").path("message").asText())
        .startsWith("spec.performance.workMem: 1 kB is outside the valid range");
    assertThat(pglet.instance("app").at("/status/config/errors/0").asText())
        .contains("outside the valid range");
    assertThat(value("work_mem")).isEqualTo("5MB");
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
  }

  @Test
  void memoryThatTheHostDoesNotHaveIsTakenBackWithinThirtySeconds() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    pglet.write("app.yaml", Files.readString(file).replace("32MB", "7TB"));
    long begin = System.nanoTime();

    Convergence convergence = settleUntilStalled();

    assertThat(value("shared_buffers")).isEqualTo("32MB");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TAKEN_BACK);
    assertThat(convergence.toString())
        .contains("app.yaml:8:5: spec.performance.sharedBuffers: ", "shared memory");
    assertThat(condition("ConfigApplied").path("status").asText()).isEqualTo("False");
    assertThat(condition("ConfigApplied").path("message").asText()).contains("shared memory");
  }

  @Test
  void settingsThatNoServerStartsWithTogetherAreRefusedBeforeItIsTouched() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    pglet.steps().forget();
    pglet.write(
        "app.yaml",
        Files.readString(file)
            .replace("  update:", "  parameters: {wal_level: minimal}\n  update:"));

    Convergence convergence = settleUntilStalled();

    assertThat(convergence.toString())
        .contains("spec.parameters.wal_level: wal_level minimal needs max_wal_senders = 0");
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
  }

  @Test
  void filesThatSomebodyChangedAreCorrectedAndNamed() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    Path files = data.resolveSibling("config");
    Path main = files.resolve("postgresql.conf");
    String good = Files.readString(main);
    long pid = pid(pglet.instance("app"));

    Files.writeString(main, good.replace("5MB", "77MB"));
    assertThat(corrected()).contains("postgresql.conf was changed (work_mem)");
    assertThat(main).content().isEqualTo(good);

    Files.writeString(main, "fsync = off\n", StandardOpenOption.APPEND);
    assertThat(corrected()).contains("postgresql.conf was changed");

    Files.delete(main);
    assertThat(corrected()).contains("postgresql.conf is gone");

    Files.writeString(
        files.resolve("pg_hba.conf"), "host all all all trust\n", StandardOpenOption.APPEND);
    assertThat(corrected()).contains("pg_hba.conf was changed");

    Files.delete(files.resolve("pg_ident.conf"));
    assertThat(corrected()).contains("pg_ident.conf is gone");

    Files.setPosixFilePermissions(main, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(corrected()).contains("postgresql.conf has another owner or mode");

    Path link = data.resolve("pg_hba.conf");
    Files.delete(link);
    Files.writeString(link, "host all all all trust\n");
    assertThat(corrected()).contains("in the data directory, pg_hba.conf is not pglet's link");
    assertThat(Files.isSymbolicLink(link)).isTrue();

    Files.delete(data.resolve("postgresql.conf"));
    assertThat(corrected()).contains("in the data directory, postgresql.conf is not pglet's link");

    assertThat(main).content().isEqualTo(good);
    assertThat(Files.getPosixFilePermissions(main, LinkOption.NOFOLLOW_LINKS))
        .isNotEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(value("work_mem")).isEqualTo("5MB");
    assertThat(value("fsync")).isEqualTo("on");
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
  }

  @Test
  void aStoppedServerStartsWithTheFilesThatPgletWrote() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      run(connection, "ALTER SYSTEM SET work_mem = '77MB'");
    }
    Files.delete(data.resolveSibling("config").resolve("postgresql.conf"));
    Files.delete(data.resolve("postgresql.conf"));
    long pid = pid(pglet.instance("app"));
    pglet.stop();
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(pid)).start().waitFor()).isZero();

    pglet.restart();
    pglet.converge();

    assertThat(value("work_mem")).isEqualTo("5MB");
    assertThat(value("shared_buffers")).isEqualTo("32MB");
  }

  /** Lets it be looked at again, as it is once a minute, and gives what is said of it then. */
  private String corrected() throws Exception {
    Set<Event> before = Set.copyOf(pglet.engine().events(key()));
    pglet.restart();
    pglet.converge();
    return pglet.engine().events(key()).stream()
        .filter(event -> !before.contains(event))
        .map(Event::message)
        .collect(Collectors.joining("\n"));
  }

  private static ResourceKey key() {
    return ResourceKey.of(PostgreSQLInstance.KIND, "app");
  }

  /** A window of ten minutes that is hours away. */
  private static String closedWindow() {
    int hour = (LocalTime.now(ZoneOffset.UTC).getHour() + 12) % 24;
    return "[\"%02d:00-%02d:10\"]".formatted(hour, hour);
  }

  private JsonNode condition(String type) throws Exception {
    for (JsonNode condition : pglet.instance("app").at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return MissingNode.getInstance();
  }

  private Convergence settleUntilStalled() throws Exception {
    Convergence convergence = pglet.settle();
    long deadline = System.nanoTime() + Pglet.SOON.toNanos();
    while (!convergence.toString().contains("STALLED") && System.nanoTime() < deadline) {
      convergence = pglet.settle();
    }
    assertThat(convergence.toString()).contains("STALLED");
    return convergence;
  }

  private String value(String setting) throws Exception {
    try (Connection connection = connect(pglet.instance("app"))) {
      return ask(connection, "SHOW " + setting);
    }
  }
}
