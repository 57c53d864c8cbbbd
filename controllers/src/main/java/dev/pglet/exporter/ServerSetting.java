package dev.pglet.exporter;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A numeric setting as a metric: {@code pg_settings_<name>}, in seconds or bytes where it has a
 * unit of time or size.
 */
record ServerSetting(Metric metric, String value) {
  /** Columns: name, setting, unit, kind of value, description. */
  static final String SQL =
      """
      SELECT name, setting, coalesce(unit, ''), vartype, short_desc FROM pg_settings
       WHERE vartype IN ('bool', 'integer', 'real') AND name <> 'sync_commit_cancel_wait'
       ORDER BY name\
      """;

  private static final Pattern UNIT = Pattern.compile("([0-9]*)([A-Za-z]+)");
  private static final Map<String, Double> SECONDS =
      Map.of("us", 1e-6, "ms", 1e-3, "s", 1.0, "min", 60.0, "h", 3600.0, "d", 86400.0);
  private static final Map<String, Double> BYTES =
      Map.of("B", 1.0, "kB", 1024.0, "MB", 1048576.0, "GB", 1073741824.0, "TB", 1099511627776.0);

  /** Empty for a value, or a unit, that is no number. */
  static Optional<ServerSetting> of(
      String name, String setting, String unit, String type, String description) {
    String metric = "pg_settings_" + name.replaceAll("[^A-Za-z0-9_]", "_").toLowerCase(Locale.ROOT);
    String help = "Server Parameter: " + name + ": " + description;
    if (type.equals("bool")) {
      return Optional.of(gauge(metric, help, setting.equals("on") ? 1 : 0));
    }
    double number;
    try {
      number = Double.parseDouble(setting);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    if (unit.isEmpty()) {
      return Optional.of(gauge(metric, help, number));
    }
    Matcher parts = UNIT.matcher(unit);
    if (!parts.matches()) {
      return Optional.empty();
    }
    double factor = parts.group(1).isEmpty() ? 1 : Double.parseDouble(parts.group(1));
    Double seconds = SECONDS.get(parts.group(2));
    Double bytes = BYTES.get(parts.group(2));
    if (seconds != null) {
      return Optional.of(
          gauge(
              metric + "_seconds",
              help + " [Units converted to seconds.]",
              scaled(number, factor * seconds)));
    }
    return bytes == null
        ? Optional.empty()
        : Optional.of(
            gauge(
                metric + "_bytes",
                help + " [Units converted to bytes.]",
                scaled(number, factor * bytes)));
  }

  /** For most settings -1 means off, or the default, and is no amount. */
  private static double scaled(double number, double factor) {
    return number == -1 ? -1 : number * factor;
  }

  private static ServerSetting gauge(String name, String help, double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return new ServerSetting(
        new Metric("gauge", name, help),
        whole ? Long.toString((long) value) : Double.toString(value));
  }
}
