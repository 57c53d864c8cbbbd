package dev.pglet.server.place;

import dev.pglet.api.v1alpha1.LogsSpec;
import dev.pglet.host.postgres.CollectedLog;
import dev.pglet.reconcile.InvalidSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The block {@code logs}: how the server's logging collector writes its files, and for how long
 * they are kept. Pure.
 *
 * @param age after which a new file begins, with a unit of PostgreSQL
 * @param size from which on a new file begins, with a unit of PostgreSQL
 * @param retention since when a file must not have been written to any more to be removed
 */
public record LogCollector(LogsSpec.Format format, String age, String size, Duration retention) {
  /** The fields that give settings, by the setting. */
  public static final Map<String, String> FIELDS =
      Map.of(
          "logging_collector", "spec.logs",
          "log_destination", "spec.logs.format",
          "log_directory", "spec.logs",
          "log_filename", "spec.logs",
          "log_file_mode", "spec.logs",
          "log_truncate_on_rotation", "spec.logs",
          "log_rotation_age", "spec.logs.rotation.age",
          "log_rotation_size", "spec.logs.rotation.size");

  private static final int FIRST_WITH_JSON = 15;

  /** Reads the block. */
  public static LogCollector of(LogsSpec wanted) {
    String retention = wanted.retention();
    long number = Long.parseLong(retention.substring(0, retention.length() - 1));
    return new LogCollector(
        wanted.format(),
        wanted.rotation().age(),
        wanted.rotation().size(),
        retention.endsWith("h") ? Duration.ofHours(number) : Duration.ofDays(number));
  }

  /** What the user sets by name although the block decides it: files would be lost sight of. */
  public static List<InvalidSpec> conflicts(Map<String, String> parameters) {
    List<InvalidSpec> problems = new ArrayList<>();
    parameters.forEach(
        (name, value) -> {
          String field = FIELDS.get(name.toLowerCase(Locale.ROOT));
          if (field != null) {
            problems.add(
                new InvalidSpec(
                    "SettingConflict",
                    "spec.parameters." + name,
                    "%s is set by name, and %s decides it"
                        .formatted(name.toLowerCase(Locale.ROOT), field),
                    "Remove it from spec.parameters"));
          }
        });
    return problems;
  }

  /**
   * The settings.
   *
   * @param directory in which the files are made
   */
  Map<String, String> settings(Path directory, int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("logging_collector", "on");
    settings.put("log_destination", destination(majorVersion));
    settings.put("log_directory", directory.toString());
    settings.put("log_filename", CollectedLog.FILENAME);
    settings.put("log_file_mode", "0600");
    settings.put("log_truncate_on_rotation", "off");
    settings.put("log_rotation_age", age);
    settings.put("log_rotation_size", size);
    return settings;
  }

  private String destination(int majorVersion) {
    return switch (format) {
      case json -> majorVersion >= FIRST_WITH_JSON ? "jsonlog" : "csvlog";
      case csv -> "csvlog";
      case text -> "stderr";
    };
  }
}
