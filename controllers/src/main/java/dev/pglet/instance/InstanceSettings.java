package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.server.config.PerformanceSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which settings the typed fields of an instance give. Pure. */
final class InstanceSettings {
  private InstanceSettings() {}

  static Map<String, String> typed(PostgreSQLInstanceSpec wanted) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("timezone", wanted.database().timezone());
    settings.put("log_timezone", wanted.database().timezone());
    Integer maxConnections = wanted.network().maxConnections();
    if (maxConnections != null) {
      settings.put("max_connections", maxConnections.toString());
    }
    settings.putAll(PerformanceSettings.of(wanted.performance()));
    return settings;
  }
}
