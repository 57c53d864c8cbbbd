package dev.pglet.health;

import dev.pglet.api.v1alpha1.MonitoringSpec;
import dev.pglet.reconcile.KindCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which thresholds are exceeded, as conditions. Pure. */
public final class Alerts {
  static final String CONNECTIONS = "ConnectionsHigh";
  static final String DISK = "DiskUsageHigh";
  static final String SLOW = "SlowQueries";
  public static final Set<String> TYPES = Set.of(CONNECTIONS, DISK, SLOW);

  private Alerts() {}

  /** None when monitoring is off, and none of what could not be seen. */
  public static List<KindCondition> conditions(MonitoringSpec spec, HealthObserved seen) {
    List<KindCondition> conditions = new ArrayList<>();
    if (!spec.enabled()) {
      return conditions;
    }
    if (seen.vitals().isPresent()) {
      conditions.add(
          connections(spec, seen)
              ? KindCondition.yes(
                  CONNECTIONS,
                  "ThresholdExceeded",
                  ("clients hold as many connections as monitoring.alerting.connectionThreshold"
                          + " (%s) says; end idle ones, use a pooler, or raise"
                          + " network.maxConnections")
                      .formatted(spec.alerting().connectionThreshold()))
              : below(CONNECTIONS));
    }
    if (seen.disk().isPresent()) {
      conditions.add(
          disk(spec, seen)
              ? KindCondition.yes(
                  DISK,
                  "ThresholdExceeded",
                  ("the file system of the data is as full as"
                          + " monitoring.alerting.diskUsageThreshold (%s) says; free space or"
                          + " extend it")
                      .formatted(spec.alerting().diskUsageThreshold()))
              : below(DISK));
    }
    if (seen.vitals().isPresent()) {
      conditions.add(
          slow(spec, seen)
              ? KindCondition.yes(
                  SLOW,
                  "ThresholdExceeded",
                  ("a statement runs longer than monitoring.alerting.slowQueryThreshold (%s)"
                          + " allows; see pg_stat_activity for which")
                      .formatted(spec.alerting().slowQueryThreshold()))
              : below(SLOW));
    }
    return conditions;
  }

  static boolean connections(MonitoringSpec spec, HealthObserved seen) {
    return seen.vitals()
        .filter(
            found ->
                Thresholds.exceeded(
                    found.connections(),
                    new Thresholds(spec.alerting()).connections(found.allowedConnections()),
                    seen.raised().contains(CONNECTIONS)))
        .isPresent();
  }

  static boolean disk(MonitoringSpec spec, HealthObserved seen) {
    return seen.disk()
        .filter(
            found ->
                Thresholds.exceeded(
                    found.percent(),
                    new Thresholds(spec.alerting()).diskPercent(),
                    seen.raised().contains(DISK)))
        .isPresent();
  }

  static boolean slow(MonitoringSpec spec, HealthObserved seen) {
    return seen.vitals()
        .filter(
            found ->
                Thresholds.exceeded(
                    (double) found.longest().toMillis(),
                    (double) new Thresholds(spec.alerting()).slowQuery().toMillis(),
                    seen.raised().contains(SLOW)))
        .isPresent();
  }

  private static KindCondition below(String type) {
    return KindCondition.no(type, "BelowThreshold", "");
  }
}
