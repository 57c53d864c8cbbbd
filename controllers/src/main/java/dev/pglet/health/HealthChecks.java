package dev.pglet.health;

import dev.pglet.api.v1alpha1.HealthStatus;
import dev.pglet.api.v1alpha1.HealthStatus.Check;
import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.host.postgres.PostgresServer.Readiness;
import dev.pglet.server.ServerObserved;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the checks of a status say. Pure. */
public final class HealthChecks {
  /** Fields of an instance's status that tick. */
  public static final Set<String> VOLATILE =
      Set.of("/dataSize", "/connections", "/health/lastCheck", "/health/checks/*/value");

  private static final String PASS = "pass";
  private static final String WARN = "warn";
  private static final String FAIL = "fail";

  /** Well before the server refuses to write, at about two thousand million. */
  private static final long XID_WARNING = 1_000_000_000L;

  private static final long XID_FAILURE = 1_800_000_000L;

  private HealthChecks() {}

  /**
   * The health of a server that shall run; empty for one that shall not.
   *
   * @param running whether it shall run
   */
  public static Optional<HealthStatus> of(
      MonitoringSpec spec, boolean running, ServerObserved server, HealthObserved seen) {
    if (!running) {
      return Optional.empty();
    }
    List<Check> checks = new ArrayList<>(server(server, seen));
    seen.disk().ifPresent(disk -> checks.add(disk(spec, seen, disk)));
    seen.vitals().ifPresent(vitals -> checks.addAll(vitals(spec, seen, vitals)));
    return Optional.of(
        new HealthStatus(
            worst(checks), seen.at().truncatedTo(ChronoUnit.SECONDS).toString(), checks));
  }

  private static List<Check> server(ServerObserved server, HealthObserved seen) {
    List<Check> checks = new ArrayList<>();
    checks.add(check("process", server.running() ? PASS : FAIL, "", "no server process runs"));
    checks.add(
        switch (server.readiness()) {
          case ACCEPTING -> check("database_connection", PASS, "", "");
          case STARTING ->
              check("database_connection", WARN, "", "the server is starting or recovering");
          case SILENT -> check("database_connection", FAIL, "", "no connection is accepted");
        });
    if (server.readiness() == Readiness.ACCEPTING) {
      checks.add(
          check(
              "query",
              seen.vitals().isPresent() ? PASS : FAIL,
              "",
              "connections are accepted, but a statement was not answered"));
    }
    return checks;
  }

  private static Check disk(MonitoringSpec spec, HealthObserved seen, DiskSpace disk) {
    String status = disk.percent() >= 99 ? FAIL : Alerts.disk(spec, seen) ? WARN : PASS;
    return check(
        "disk_space",
        status,
        String.format(Locale.ROOT, "%.1f%%", disk.percent()),
        "the file system of the data is almost full; free space or extend it");
  }

  private static List<Check> vitals(MonitoringSpec spec, HealthObserved seen, Vitals vitals) {
    List<Check> checks = new ArrayList<>();
    checks.add(
        check(
            "connections",
            vitals.connections() >= vitals.allowedConnections()
                ? FAIL
                : Alerts.connections(spec, seen) ? WARN : PASS,
            vitals.connections() + "/" + vitals.allowedConnections(),
            "few or no connections are left; end idle ones or raise network.maxConnections"));
    checks.add(
        check(
            "long_queries",
            Alerts.slow(spec, seen) ? WARN : PASS,
            vitals.longest().toSeconds() + "s",
            "a statement runs longer than monitoring.alerting.slowQueryThreshold"));
    checks.add(
        check(
            "transaction_id_age",
            vitals.xidAge() >= XID_FAILURE ? FAIL : vitals.xidAge() >= XID_WARNING ? WARN : PASS,
            Long.toString(vitals.xidAge()),
            "VACUUM does not get through with freezing old rows; look for old transactions,"
                + " prepared transactions and replication slots, and vacuum the oldest tables"));
    checks.add(
        check(
            "replication_slots",
            vitals.slotsHold() >= 2 * vitals.largestWal() ? WARN : PASS,
            vitals.slotsHold() + "B",
            "a replication slot that nobody reads holds back much WAL; read it or drop it"));
    vitals
        .archiveAge()
        .ifPresent(
            age ->
                checks.add(
                    check(
                        "wal_age",
                        vitals.archiveFailing() ? FAIL : PASS,
                        age.toSeconds() + "s",
                        "archiving WAL fails; see the log of the server")));
    return checks;
  }

  private static String worst(List<Check> checks) {
    if (checks.stream().anyMatch(check -> FAIL.equals(check.status()))) {
      return "unhealthy";
    }
    return checks.stream().anyMatch(check -> WARN.equals(check.status())) ? "degraded" : "healthy";
  }

  private static Check check(String name, String status, String value, String ifNot) {
    return new Check(
        name, status, value.isEmpty() ? null : value, status.equals(PASS) ? null : ifNot);
  }
}
