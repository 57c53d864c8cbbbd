package dev.pglet.health;

import dev.pglet.api.v1alpha1.MonitoringSpec.AlertingSpec;
import java.time.Duration;

/**
 * From where on something is too much. What is too much stays so until it is a tenth below, so that
 * a condition does not flap.
 *
 * @param spec as the manifest has it; the schema has checked its form
 */
record Thresholds(AlertingSpec spec) {
  /** How many connections are too many, of so many that are allowed; at least one. */
  int connections(int allowed) {
    String text = spec.connectionThreshold();
    return text.endsWith("%")
        ? Math.max(1, (int) Math.ceil(allowed * (percent(text) / 100.0)))
        : Integer.parseInt(text);
  }

  int diskPercent() {
    return percent(spec.diskUsageThreshold());
  }

  Duration slowQuery() {
    String text = spec.slowQueryThreshold();
    String unit = text.replaceAll("[0-9]", "");
    long number = Long.parseLong(text.substring(0, text.length() - unit.length()));
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  /** Whether a value is too much, given whether it was when it was last looked at. */
  static boolean exceeded(double value, double threshold, boolean was) {
    return value >= (was ? threshold * 0.9 : threshold);
  }

  private static int percent(String text) {
    return Integer.parseInt(text.substring(0, text.length() - 1));
  }
}
