package dev.pglet.server.config;

import dev.pglet.server.place.LogCollector;
import java.util.HashMap;
import java.util.Map;

/**
 * Which field gives a setting that is not written by name, so that what is said of it has a place.
 */
public final class TypedFields {
  private static final Map<String, String> FIELDS = new HashMap<>();

  static {
    FIELDS.put("max_connections", "spec.network.maxConnections");
    FIELDS.put("port", "spec.network.port");
    FIELDS.put("listen_addresses", "spec.network.bindAddress");
    FIELDS.put("shared_preload_libraries", "spec.extensions");
    FIELDS.put("timezone", "spec.database.timezone");
    FIELDS.put("log_timezone", "spec.database.timezone");
    FIELDS.put("ssl", "spec.security.ssl.enabled");
    FIELDS.put("ssl_ciphers", "spec.security.ssl.ciphers");
    FIELDS.put("archive_mode", "spec.storage.archiveDirectory");
    FIELDS.put("archive_command", "spec.storage.archiveDirectory");
    FIELDS.putAll(LogCollector.FIELDS);
    FIELDS.put("ssl_min_protocol_version", "spec.security.ssl.minVersion");
    PerformanceSettings.FIELDS.forEach(
        (setting, field) -> FIELDS.put(setting, "spec.performance." + field));
    AuditSettings.FIELDS.forEach(
        (setting, field) -> FIELDS.put(setting, "spec.security.audit." + field));
  }

  private TypedFields() {}

  /**
   * The path of the field; {@code spec} when no single one gives the setting.
   *
   * @param setting in lower case
   */
  public static String of(String setting) {
    // A setting of an extension comes from its entry.
    return FIELDS.getOrDefault(setting, setting.contains(".") ? "spec.extensions" : "spec");
  }
}
