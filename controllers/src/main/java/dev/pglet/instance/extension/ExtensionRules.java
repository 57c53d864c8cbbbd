package dev.pglet.instance.extension;

import dev.pglet.api.v1alpha1.DatabaseSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.instance.database.WantedDatabase;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.SettingRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What no list of extensions can be, whatever there is on the host. Pure. */
public final class ExtensionRules {
  private ExtensionRules() {}

  /** All that is wrong with the extensions of a spec, each with its field. */
  public static List<InvalidSpec> check(PostgreSQLInstanceSpec spec) {
    List<InvalidSpec> problems = new ArrayList<>();
    List<String> databases = WantedDatabase.names(spec);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < spec.extensions().size(); i++) {
      Extension entry = spec.extensions().get(i);
      String field = "spec.extensions[%d]".formatted(i);
      if (!names.add(entry.name())) {
        problems.add(
            new InvalidSpec(
                "DuplicateExtension",
                field + ".name",
                "the extension " + entry.name() + " is listed twice",
                "Remove one of the entries"));
      }
      databases(entry, field, databases, problems);
      config(entry, field, problems);
    }
    for (int i = 0; i < spec.databases().size(); i++) {
      ofDatabase(spec, spec.databases().get(i), i, problems);
    }
    return problems;
  }

  private static void databases(
      Extension entry, String field, List<String> databases, List<InvalidSpec> problems) {
    for (int j = 0; j < entry.databases().size(); j++) {
      String database = entry.databases().get(j);
      if (!databases.contains(database)) {
        problems.add(
            new InvalidSpec(
                "DatabaseNotListed",
                "%s.databases[%d]".formatted(field, j),
                "the database %s is neither the first one nor in spec.databases"
                    .formatted(database),
                "List it in spec.databases, or name one of " + String.join(", ", databases)));
      }
    }
    if (entry.name().equals("pg_cron") && entry.enabled() && entry.databases().size() > 1) {
      problems.add(
          new InvalidSpec(
              "OneDatabaseOnly",
              field + ".databases",
              "pg_cron can be in one database of a server only",
              "Name one; its jobs can run in others"));
    }
  }

  private static void config(Extension entry, String field, List<InvalidSpec> problems) {
    entry
        .config()
        .forEach(
            (key, value) ->
                SettingRules.problems(Map.of(ExtensionSettings.name(entry.name(), key), value))
                    .forEach(
                        problem ->
                            problems.add(
                                new InvalidSpec(
                                    problem.reason(),
                                    field + ".config." + key,
                                    String.valueOf(problem.getMessage()),
                                    "Write the setting's name without the extension's, and a value in one line"))));
    if (!entry.enabled() && !entry.config().isEmpty()) {
      problems.add(
          new InvalidSpec(
              "ConfigOfDisabled",
              field + ".config",
              "the extension %s is off and has no settings".formatted(entry.name()),
              "Remove config, or set enabled to true"));
    }
  }

  private static void ofDatabase(
      PostgreSQLInstanceSpec spec, DatabaseSpec database, int i, List<InvalidSpec> problems) {
    Set<String> names = new HashSet<>();
    for (int j = 0; j < database.extensions().size(); j++) {
      String name = database.extensions().get(j);
      String field = "spec.databases[%d].extensions[%d]".formatted(i, j);
      if (!names.add(name)) {
        problems.add(
            new InvalidSpec(
                "DuplicateExtension",
                field,
                "the extension " + name + " is listed twice",
                "Remove one of them"));
      }
      if (!name.matches("[a-z0-9_-]{1,63}")) {
        problems.add(
            new InvalidSpec(
                "InvalidExtensionName",
                field,
                "\"%s\" is not the name of an extension".formatted(name),
                "Write its name as in pg_available_extensions"));
      }
      if (spec.extensions().stream()
          .anyMatch(entry -> entry.name().equals(name) && !entry.enabled())) {
        problems.add(
            new InvalidSpec(
                "ExtensionConflict",
                field,
                "the extension %s is off in spec.extensions".formatted(name),
                "Remove it here, or set enabled to true there"));
      }
    }
  }
}
