package dev.pglet.server;

import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.config.AuditSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which settings a spec gives: the defaults of pglet, then typed fields, then parameters by name.
 */
final class ServerSettings {
  private ServerSettings() {}

  /**
   * The settings.
   *
   * @param binaries that the server runs with; empty while they are not there
   */
  static Map<String, String> of(
      ServerSpec spec, Volume volume, Optional<Binaries> binaries, Path socketDirectory) {
    VolumeMarker marker = volume.marker();
    Map<String, String> settings = new LinkedHashMap<>();
    // Messages that pglet reads and shows are the same on every host.
    settings.put("lc_messages", "C");
    settings.put("log_line_prefix", "%m [%p] ");
    settings.put("cluster_name", spec.key().name());
    // Data that was taken over has segments of which the spec says nothing.
    putAll(settings, WalSegmentSize.settings(WalSegmentSize.megabytes(marker)));
    putAll(settings, spec.typed());
    putAll(settings, spec.places().settings(volume, spec.majorVersion()));
    putAll(
        settings,
        spec.tls()
            .settings(
                Optional.ofNullable(marker.fact(ServerHost.CERTIFICATE_FACT)),
                RememberedConfigurations.seenFromData(volume).toString()));
    putAll(settings, spec.parameters());
    List<String> preload = new ArrayList<>(spec.preload());
    preload.addAll(PreloadList.kept(marker));
    PreloadList.value(Optional.ofNullable(settings.get(PreloadList.SETTING)), preload, binaries)
        .ifPresent(value -> settings.put(PreloadList.SETTING, value));
    if (spec.typed().containsKey(AuditSettings.CLASSES)
        && !PreloadList.contains(settings, AuditSettings.LIBRARY)) {
      AuditSettings.withoutLibrary(settings);
    }
    putAll(settings, spec.enforced());
    settings.put("port", Integer.toString(marker.port()));
    settings.put("listen_addresses", spec.bindAddress());
    settings.put("unix_socket_directories", socketDirectory.toString());
    settings.put("unix_socket_permissions", "0777");
    settings.put("password_encryption", "scram-sha-256");
    return settings;
  }

  private static void putAll(Map<String, String> settings, Map<String, String> more) {
    more.forEach((name, value) -> settings.put(name.toLowerCase(Locale.ROOT), value));
  }
}
