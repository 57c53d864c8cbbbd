package dev.pglet.instance;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.instance.extension.ExtensionSettings;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.SettingRules;
import dev.pglet.server.WalSegmentSize;
import dev.pglet.server.config.AuditSettings;
import dev.pglet.server.config.PerformanceSettings;
import dev.pglet.server.config.SettingConflicts;
import dev.pglet.server.config.TypedFields;
import dev.pglet.server.place.Places;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which settings the typed fields of an instance give. Pure. */
final class InstanceSettings {
  private InstanceSettings() {}

  static Map<String, String> typed(PostgreSQLInstanceSpec wanted) {
    Map<String, String> settings = new LinkedHashMap<>(ExtensionSettings.settings(wanted));
    settings.put("timezone", wanted.database().timezone());
    settings.put("log_timezone", wanted.database().timezone());
    Integer maxConnections = wanted.network().maxConnections();
    if (maxConnections != null) {
      settings.put("max_connections", maxConnections.toString());
    }
    settings.putAll(WalSegmentSize.settings(wanted.bootstrap().madeWith().walSegmentMegabytes()));
    settings.putAll(PerformanceSettings.of(wanted.performance()));
    settings.putAll(AuditSettings.of(wanted.security().audit()));
    return settings;
  }

  /** Libraries that are preloaded where the binaries have them. */
  static List<String> preloaded(PostgreSQLInstanceSpec wanted) {
    List<String> libraries = new ArrayList<>(ExtensionSettings.preload(wanted));
    if (AuditSettings.enabled(wanted.security().audit())) {
      libraries.add(AuditSettings.LIBRARY);
    }
    return libraries;
  }

  /** What no server starts with, as far as the spec alone shows it. */
  static List<InvalidSpec> conflicts(PostgreSQLInstanceSpec wanted) {
    Map<String, String> fields = new HashMap<>();
    Map<String, String> settings = new HashMap<>(typed(wanted));
    settings.putAll(Places.of(wanted).archiving());
    wanted
        .parameters()
        .forEach(
            (name, value) -> {
              String lower = name.toLowerCase(Locale.ROOT);
              settings.put(lower, value);
              fields.put(lower, SettingRules.field(name));
            });
    int major = Integer.parseInt(wanted.version().split("\\.", -1)[0]);
    return SettingConflicts.of(settings, major, wanted.bootstrap().madeWith().walSegmentMegabytes())
        .stream()
        .map(
            conflict ->
                new InvalidSpec(
                    "SettingConflict",
                    fields.getOrDefault(conflict.setting(), TypedFields.of(conflict.setting())),
                    conflict.message(),
                    "The server is left as it is until then"))
        .toList();
  }
}
