package dev.pglet.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.v1alpha1.HealthStatus;
import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.api.v1alpha1.MonitoringSpec.AlertingSpec;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.server.TestingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestHealth {
  private static final MonitoringSpec SPEC =
      new MonitoringSpec(true, null, new AlertingSpec("50", "85%", "3s"));
  private static final DiskSpace HALF = new DiskSpace(50, 50);

  private static Vitals vitals(int connections, Duration longest) {
    return new Vitals(
        connections,
        97,
        longest,
        1000,
        200_000_000,
        0,
        1 << 30,
        Optional.empty(),
        false,
        false,
        true);
  }

  private static HealthObserved seen(Vitals vitals, DiskSpace disk, String... raised) {
    return new HealthObserved(
        Instant.EPOCH, Optional.of(vitals), Optional.of(disk), Optional.empty(), Set.of(raised));
  }

  private static List<String> alerts(HealthObserved seen) {
    return Alerts.conditions(SPEC, seen).stream()
        .filter(condition -> condition.status().equals("True"))
        .map(KindCondition::type)
        .toList();
  }

  @Test
  void aThresholdThatIsReachedIsAnAlertAndEndsATenthBelow() {
    assertThat(alerts(seen(vitals(49, Duration.ZERO), HALF))).isEmpty();
    assertThat(alerts(seen(vitals(50, Duration.ZERO), HALF))).containsExactly("ConnectionsHigh");
    assertThat(alerts(seen(vitals(46, Duration.ZERO), HALF, "ConnectionsHigh")))
        .as("a little below, it does not flap")
        .containsExactly("ConnectionsHigh");
    assertThat(alerts(seen(vitals(44, Duration.ZERO), HALF, "ConnectionsHigh"))).isEmpty();
    assertThat(alerts(seen(vitals(1, Duration.ofSeconds(3)), new DiskSpace(85, 15))))
        .containsExactly("DiskUsageHigh", "SlowQueries");
  }

  @Test
  void withMonitoringOffNothingIsAnAlert() {
    MonitoringSpec off = new MonitoringSpec(false, null, SPEC.alerting());
    assertThat(Alerts.conditions(off, seen(vitals(97, Duration.ofHours(1)), HALF))).isEmpty();
  }

  @Test
  void whatCannotBeSeenHasNoCondition() {
    HealthObserved blind =
        new HealthObserved(
            Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(), Set.of());
    assertThat(Alerts.conditions(SPEC, blind)).isEmpty();
  }

  @Test
  void messagesOfAlertsHoldNoNumbersThatTick() {
    List<KindCondition> one =
        Alerts.conditions(SPEC, seen(vitals(60, Duration.ofSeconds(9)), HALF));
    List<KindCondition> two =
        Alerts.conditions(SPEC, seen(vitals(61, Duration.ofSeconds(10)), HALF));
    assertThat(one).isEqualTo(two);
  }

  @ParameterizedTest
  @CsvSource({"80%, 97, 78", "100%, 97, 97", "1%, 10, 1", "120, 97, 120"})
  void aConnectionThresholdIsANumberOrAShareOfThoseAllowed(String text, int allowed, int expected) {
    Thresholds thresholds = new Thresholds(new AlertingSpec(text, "85%", "3s"));
    assertThat(thresholds.connections(allowed)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"500ms, 500", "3s, 3000", "5m, 300000", "1h, 3600000"})
  void aSlowQueryThresholdHasAUnit(String text, long millis) {
    assertThat(new Thresholds(new AlertingSpec("50", "85%", text)).slowQuery())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void aMetricsPortThatCannotBeIsRefusedWithTheField() {
    assertThat(problems(new MonitoringSpec(true, 9287, SPEC.alerting()))).isEmpty();
    assertThat(problems(new MonitoringSpec(true, null, SPEC.alerting()))).isEmpty();
    assertThat(problems(new MonitoringSpec(true, 80, SPEC.alerting())))
        .containsExactly("PortNotAllowed spec.monitoring.metricsPort");
    assertThat(problems(new MonitoringSpec(true, 5433, SPEC.alerting())))
        .containsExactly("PortTwice spec.monitoring.metricsPort");
    assertThat(problems(new MonitoringSpec(false, 9287, SPEC.alerting())))
        .containsExactly("MonitoringOff spec.monitoring.metricsPort");
  }

  private static List<String> problems(MonitoringSpec spec) {
    return HealthRules.check(spec, 5433, 1024).stream()
        .map((InvalidSpec problem) -> problem.reason() + " " + problem.field())
        .toList();
  }

  @Test
  void aDirectoryIsAsLargeAsItsFiles(@TempDir Path directory) throws IOException {
    Files.write(directory.resolve("a"), new byte[1000]);
    Files.write(
        Files.createDirectories(directory.resolve("base/5")).resolve("1249"), new byte[234]);
    assertThat(DataSize.walk(directory)).isEqualTo(new DataSize(1234, Map.of(5L, 234L)));
  }

  @Test
  void theHealthOfWhatShallNotRunIsNoQuestion() {
    assertThat(
            HealthChecks.of(
                SPEC,
                false,
                TestingServer.stopped().observed(),
                seen(vitals(1, Duration.ZERO), HALF)))
        .isEmpty();
  }

  @Test
  void theWorstCheckDecides() {
    HealthStatus status =
        HealthChecks.of(
                SPEC,
                true,
                TestingServer.stopped().observed(),
                seen(vitals(1, Duration.ZERO), HALF))
            .orElseThrow();
    assertThat(status.status()).isEqualTo("unhealthy");
    assertThat(status.checks())
        .extracting(check -> check.name() + " " + check.status())
        .containsExactly(
            "process fail",
            "database_connection fail",
            "disk_space pass",
            "connections pass",
            "long_queries pass",
            "transaction_id_age pass",
            "replication_slots pass");
  }
}
