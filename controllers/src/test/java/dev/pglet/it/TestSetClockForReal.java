package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.superuser;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** T12: somebody sets the clock of a host on which a server runs, or another time zone. */
@Timeout(300)
final class TestSetClockForReal {
  private static final Duration YEAR = Duration.ofDays(365);

  private final SetClock clock = new SetClock();
  private final TimeZone zone = TimeZone.getDefault();
  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = Pglet.inMemory().clock(clock);
  }

  @AfterEach
  void close() throws Exception {
    TimeZone.setDefault(zone);
    pglet.close();
  }

  private static String manifest(String spec, String connections) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: app
        spec:
          version: "%s"
          %s
          parameters: {max_connections: %s}
        """
        .formatted(SYSTEM_MAJOR, spec, connections);
  }

  /** Lets it be looked at, as it is once a minute, and gives what was done then. */
  private List<String> look() throws Exception {
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    return pglet.steps().names();
  }

  private long pid() throws Exception {
    return Pglet.pid(pglet.instance("app"));
  }

  @Test
  void aCertificateIsRenewedAndLogsAreRemovedOnceForEachTimeThatNeedsItAndNothingElseIsDone()
      throws Exception {
    pglet.write("app.yaml", manifest("logs: {retention: 7d}", "20"));
    pglet.converge();
    long pid = pid();
    Path logs = Path.of(pglet.instance("app").at("/status/logDirectory").asText());
    Path old =
        Files.writeString(logs.resolve("postgresql-2026-01-01_000000.json"), "{}").toRealPath();
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(6))));

    clock.by(Duration.ofHours(-1));
    assertThat(look()).as("an hour back").isEmpty();

    clock.by(YEAR);
    assertThat(look())
        .as("a year ahead")
        .containsOnlyOnce("PlaceCertificate", "RemoveOldLogs")
        .doesNotContain("RestartServer", "StopServer");
    assertThat(old).doesNotExist();
    try (Connection connection = superuser(pglet.instance("app"), "postgres")) {
      assertThat(logs.resolve(Path.of(current(connection)).getFileName())).exists();
    }
    for (int i = 0; i < 3; i++) {
      assertThat(look()).as("once more").isEmpty();
    }

    clock.by(Duration.ZERO);
    assertThat(look())
        .as("back again, where the new one is not valid yet")
        .containsOnlyOnce("PlaceCertificate")
        .doesNotContain("RestartServer", "StopServer");
    assertThat(look()).isEmpty();
    assertThat(pid()).isEqualTo(pid);
  }

  private static String current(Connection connection) throws Exception {
    return ask(connection, "SELECT pg_current_logfile()");
  }

  @Test
  void aRestartThatWaitsForItsWindowIsDoneOnceInItWhateverTheClockWasSetToMeanwhile()
      throws Exception {
    clock.to("2026-11-28T23:00:00Z"); // a Saturday
    String window = "update: {restart: Window, window: [\"Sun 02:00-02:30\"]}";
    pglet.write("app.yaml", manifest(window, "20"));
    pglet.converge();
    long pid = pid();
    pglet.write("app.yaml", manifest(window, "30"));
    pglet.converge();

    for (String closed :
        List.of(
            "2026-11-29T01:59:00Z",
            "2026-11-29T03:00:00Z", // set forward over the whole of it
            "2026-11-29T01:30:00Z", // and back
            "2027-11-29T02:10:00Z")) { // a Monday
      clock.to(closed);
      look();
      assertThat(pid()).as(closed).isEqualTo(pid);
    }

    clock.to("2027-11-28T02:10:00Z");
    TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
    assertThat(look()).containsOnlyOnce("RestartServer");
    long next = pid();
    assertThat(next).isNotEqualTo(pid);
    clock.to("2027-11-28T02:05:00Z");
    assertThat(look()).as("the same window once more").doesNotContain("RestartServer");
    assertThat(pid()).isEqualTo(next);
  }

  @Test
  void aChangeToOrFromSummerTimeNeitherLeavesAWindowOutNorRestartsTwice() throws Exception {
    clock.to("2027-03-28T00:30:00Z");
    String window = "update: {restart: Window, window: [\"Sun 02:00-03:00 Europe/Berlin\"]}";
    pglet.write("app.yaml", manifest(window, "20"));
    pglet.converge();
    pglet.write("app.yaml", manifest(window, "30"));
    pglet.converge();
    long winter = pid();

    clock.to("2027-03-28T00:59:00Z");
    look();
    assertThat(pid()).as("before the hour that is left out").isEqualTo(winter);
    clock.to("2027-03-28T01:01:00Z");
    assertThat(look()).as("after it").containsOnlyOnce("RestartServer");

    clock.to("2027-10-31T00:01:00Z");
    assertThat(look()).as("the first of two hours").doesNotContain("RestartServer");
    pglet.write("app.yaml", manifest(window, "40"));
    pglet.steps().forget();
    pglet.converge();
    assertThat(pglet.steps().names()).containsOnlyOnce("RestartServer");
    long summer = pid();
    clock.to("2027-10-31T01:01:00Z");
    assertThat(look()).as("the second of them").isEmpty();
    assertThat(pid()).isEqualTo(summer);
  }

  /** Each wait that asked the clock would end at once, or after an hour. */
  @Test
  void aClockThatSwingsByAnHourHasAServerStartedRestartedAndStoppedInOrder() throws Exception {
    clock.swinging(Duration.ofHours(1));
    pglet.write("app.yaml", manifest("logs: null", "20"));
    pglet.converge();
    long pid = pid();
    pglet.write("app.yaml", manifest("logs: null", "30"));
    pglet.converge();
    assertThat(pid()).isNotEqualTo(pid);
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SHOW max_connections")).isEqualTo("30");
    }
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    pglet.write("app.yaml", manifest("desiredState: Stopped\n  logs: null", "30"));
    pglet.converge();

    assertThat(data.resolveSibling("log").resolve("server.log"))
        .content()
        .contains("received fast shutdown request", "database system is shut down")
        .doesNotContain("immediate shutdown", "was not properly shut down");
  }
}
