package dev.pglet.verb.config;

/**
 * A setting as it is in force for new sessions.
 *
 * @param name in lower case
 * @param value for people, with its unit
 * @param raw as {@code pg_settings.setting} has it, in the unit {@code unit}; or as a file has it
 * @param unit such as {@code kB} or {@code 8kB}; empty for none
 * @param type {@code bool}, {@code integer}, {@code real}, {@code enum} or {@code string}
 * @param context {@code pg_settings.context}
 * @param source {@code pg_settings.source}
 * @param file that gives it; empty for none
 * @param line of that file; 0 for none
 * @param pendingRestart whether a file gives another value, for after the next restart
 */
record LiveSetting(
    String name,
    String value,
    String raw,
    String unit,
    String type,
    String context,
    String source,
    String file,
    int line,
    boolean pendingRestart) {
  /** What a change of it takes; empty where it cannot be changed. */
  String change() {
    return switch (context) {
      case "internal" -> "";
      case "postmaster" -> "restart";
      default -> "reload";
    };
  }

  /** Whether somebody has set it, and be it to what it is anyway. */
  boolean set() {
    return !source.equals("default") && !source.equals("override");
  }

  /** Whether a text of a configuration file means the value in force. */
  boolean is(String text) {
    return SettingValue.same(this, text, raw) || SettingValue.same(this, text, value);
  }
}
