package dev.pglet.health;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen of an instance's health.
 *
 * @param at when
 * @param vitals empty while no session is possible
 * @param disk empty while there is no data
 * @param dataSize empty until it was measured
 * @param raised types of alert conditions that were true when it was last looked at
 */
public record HealthObserved(
    Instant at,
    Optional<Vitals> vitals,
    Optional<DiskSpace> disk,
    Optional<DataSize> dataSize,
    Set<String> raised) {
  public HealthObserved {
    raised = Set.copyOf(raised);
  }

  /** Whether the role that scrapes is not as it must be, and can be mended. */
  public boolean lacksMonitor() {
    return vitals.filter(found -> !found.monitor() && !found.recovering()).isPresent();
  }
}
