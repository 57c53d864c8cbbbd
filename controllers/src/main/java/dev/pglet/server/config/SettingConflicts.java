package dev.pglet.server.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Settings of which each is good alone and which no server starts with together. {@code postgres
 * -C} does not see them; a server ends at its start. Only what ends it is here.
 */
public final class SettingConflicts {
  /**
   * A conflict.
   *
   * @param setting which is to blame: one that is set
   * @param message what no server starts with, and what to do
   */
  public record Conflict(String setting, String message) {}

  /** Of the processes of one server, those of all kinds together. */
  private static final long MOST_PROCESSES = 262143;

  private static final Set<String> OFF = Set.of("off", "false", "no", "0", "of", "f", "n");

  private final Map<String, String> settings;
  private final int segmentMegabytes;
  private final List<Conflict> conflicts = new ArrayList<>();

  private SettingConflicts(Map<String, String> settings, int segmentMegabytes) {
    this.settings = settings;
    this.segmentMegabytes = segmentMegabytes;
  }

  /**
   * All conflicts.
   *
   * @param settings by name in lower case; what is not among them is PostgreSQL's default
   * @param segmentMegabytes the size of the data's WAL segments
   */
  public static List<Conflict> of(
      Map<String, String> settings, int majorVersion, int segmentMegabytes) {
    SettingConflicts found = new SettingConflicts(settings, segmentMegabytes);
    found.reserved(majorVersion);
    found.processes(majorVersion);
    found.minimalWal(majorVersion);
    found.walSize("min_wal_size");
    found.walSize("max_wal_size");
    return found.conflicts;
  }

  private void reserved(int majorVersion) {
    long most = number("max_connections", 100);
    long superusers = number("superuser_reserved_connections", 3);
    // From version 16 on.
    long others = majorVersion >= 16 ? number("reserved_connections", 0) : 0;
    if (superusers + others >= most) {
      add(
          "superuser_reserved_connections%s (%d) must be less than max_connections (%d): raise max_connections, or reserve fewer"
              .formatted(
                  majorVersion >= 16 ? " and reserved_connections together" : "",
                  superusers + others,
                  most),
          "superuser_reserved_connections",
          "reserved_connections",
          "max_connections");
    }
  }

  private void processes(int majorVersion) {
    String vacuum =
        majorVersion >= 18 && settings.containsKey("autovacuum_worker_slots")
            ? "autovacuum_worker_slots"
            : "autovacuum_max_workers";
    long all =
        number("max_connections", 100)
            + number(vacuum, 3)
            + number("max_worker_processes", 8)
            + number("max_wal_senders", 10);
    if (all >= MOST_PROCESSES) {
      add(
          "max_connections, %s, max_worker_processes and max_wal_senders together are %d, and a server has fewer than %d processes: lower them"
              .formatted(vacuum, all, MOST_PROCESSES),
          "max_connections",
          "max_worker_processes",
          "max_wal_senders",
          vacuum);
    }
  }

  private void minimalWal(int majorVersion) {
    if (!text("wal_level", "replica").equals("minimal")) {
      return;
    }
    if (number("max_wal_senders", 10) > 0) {
      add(
          "wal_level minimal needs max_wal_senders = 0, which is %d: set it to 0, or wal_level to replica"
              .formatted(number("max_wal_senders", 10)),
          "wal_level",
          "max_wal_senders");
    }
    if (!OFF.contains(text("archive_mode", "off"))) {
      add(
          "archive_mode needs a wal_level above minimal: set wal_level to replica, or archive_mode to off",
          "archive_mode",
          "wal_level");
    }
    if (majorVersion >= 17 && !OFF.contains(text("summarize_wal", "off"))) {
      add(
          "summarize_wal needs a wal_level above minimal: set wal_level to replica, or summarize_wal to off",
          "summarize_wal",
          "wal_level");
    }
  }

  private void walSize(String setting) {
    long megabytes = megabytes(setting);
    if (megabytes >= 0 && megabytes < 2L * segmentMegabytes) {
      add(
          "%s must be at least two WAL segments, which are %d MB: raise it"
              .formatted(setting, 2L * segmentMegabytes),
          setting);
    }
  }

  private void add(String message, String... involved) {
    String blamed =
        Arrays.stream(involved).filter(settings::containsKey).findFirst().orElse(involved[0]);
    conflicts.add(new Conflict(blamed, message));
  }

  private String text(String setting, String otherwise) {
    return settings.getOrDefault(setting, otherwise).strip().toLowerCase(Locale.ROOT);
  }

  /** What is no plain number is judged by the server alone. */
  private long number(String setting, long otherwise) {
    String value = text(setting, "");
    return value.matches("[0-9]{1,9}") ? Long.parseLong(value) : otherwise;
  }

  /** Without a unit the two are in megabytes; -1 when not set or not plain. */
  private long megabytes(String setting) {
    String value = settings.getOrDefault(setting, "").strip();
    if (!value.matches("[0-9]{1,9} ?(kB|MB)?")) {
      return -1;
    }
    long number = Long.parseLong(value.replaceAll("[^0-9]", ""));
    return value.endsWith("kB") ? number / 1024 : number;
  }
}
