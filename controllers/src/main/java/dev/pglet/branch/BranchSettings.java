package dev.pglet.branch;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which settings a branch runs with: those of its source without what belongs to the source alone,
 * small memory, and switched off whatever would act on the outside world in the source's name.
 */
final class BranchSettings {
  /** Memory and paths of the source: a branch has its own. */
  private static final Set<String> OF_THE_SOURCE =
      Set.of(
          "shared_buffers",
          "huge_pages",
          "wal_buffers",
          "max_connections",
          "log_directory",
          "log_filename",
          "recovery_init_sync_method",
          "cluster_name");

  private static final Map<String, String> ENFORCED =
      Map.of(
          "archive_mode", "off",
          "archive_command", "",
          "restore_command", "",
          "primary_conninfo", "",
          "primary_slot_name", "",
          "synchronous_standby_names", "",
          "recovery_target", "",
          "cron.launch_active_jobs", "off");

  /** Exists from version 15 on. */
  private static final String ARCHIVE_LIBRARY = "archive_library";

  private BranchSettings() {}

  /** Whether a branch fixes the setting, so that a spec cannot have it. */
  static boolean enforces(String name) {
    return ENFORCED.containsKey(name)
        || name.equals(ARCHIVE_LIBRARY)
        || name.startsWith("recovery_target");
  }

  /** Settings that a branch takes over or has by default; its spec's parameters win over them. */
  static Map<String, String> inherited(Map<String, String> ofSource, int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("shared_buffers", "32MB");
    settings.put("huge_pages", "off");
    if (majorVersion >= 14) {
      // The copy was synced file by file already; a clone needs no second walk over every file.
      settings.put("recovery_init_sync_method", "syncfs");
    }
    ofSource.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!OF_THE_SOURCE.contains(lower) && !enforces(lower) && !lower.startsWith("ssl")) {
            settings.put(lower, value);
          }
        });
    return settings;
  }

  /** Settings that nothing may override. */
  static Map<String, String> enforced(int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>(ENFORCED);
    if (majorVersion >= 15) {
      settings.put(ARCHIVE_LIBRARY, "");
    }
    return settings;
  }
}
