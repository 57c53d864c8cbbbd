package dev.pglet.instance.extension;

import static java.util.Objects.requireNonNullElse;

import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.instance.extension.Catalogue.Known;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the extensions of a spec ask of the server's configuration. Pure. */
public final class ExtensionSettings {
  /** Where the binaries have it: what runs often or long cannot be found later without it. */
  private static final String DEFAULT = "pg_stat_statements";

  private ExtensionSettings() {}

  /** What the extensions need, and what the user has set in their entries. */
  public static Map<String, String> settings(PostgreSQLInstanceSpec spec) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (WantedExtension wanted : WantedExtension.of(spec)) {
      if (wanted.enabled()) {
        settings.putAll(Catalogue.checkedIn().of(wanted.name()).settings());
        if (wanted.name().equals("pg_cron") && !wanted.databases().isEmpty()) {
          settings.put("cron.database_name", wanted.databases().getFirst());
        }
      }
    }
    for (Extension entry : spec.extensions()) {
      entry.config().forEach((key, value) -> settings.put(name(entry.name(), key), value));
    }
    return settings;
  }

  /** Libraries to preload where they are installed. */
  public static List<String> preload(PostgreSQLInstanceSpec spec) {
    List<WantedExtension> wanted = WantedExtension.of(spec);
    List<String> libraries = new ArrayList<>();
    if (wanted.stream().noneMatch(extension -> extension.name().equals(DEFAULT))) {
      libraries.add(DEFAULT);
    }
    for (WantedExtension extension : wanted) {
      Optional<String> library = Catalogue.preload(extension.name());
      if (extension.enabled() && library.isPresent()) {
        libraries.add(library.get());
      }
    }
    return libraries;
  }

  /** The setting that a key of an entry's config stands for. */
  static String name(String extension, String key) {
    Known known = Catalogue.checkedIn().of(extension);
    return requireNonNullElse(known.prefix(), extension) + "." + key;
  }
}
