package dev.pglet.instance.extension;

import dev.pglet.api.v1alpha1.DatabaseSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec.Extension;
import dev.pglet.instance.database.WantedDatabase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An extension as a spec wants it.
 *
 * @param field the path of what says so
 * @param enabled false: dropped where it is
 * @param version null: whichever there is
 * @param schema null: the extension's own choice
 * @param databases in which it is created, or dropped
 */
public record WantedExtension(
    String name,
    String field,
    boolean enabled,
    @Nullable String version,
    @Nullable String schema,
    List<String> databases) {
  public WantedExtension {
    databases = List.copyOf(databases);
  }

  /** Every extension of a spec, those first that have an entry. */
  public static List<WantedExtension> of(PostgreSQLInstanceSpec spec) {
    List<WantedExtension> wanted = new ArrayList<>();
    for (int i = 0; i < spec.extensions().size(); i++) {
      Extension entry = spec.extensions().get(i);
      wanted.add(
          new WantedExtension(
              entry.name(),
              "spec.extensions[%d]".formatted(i),
              entry.enabled(),
              entry.version(),
              entry.schema(),
              List.copyOf(databases(spec, entry))));
    }
    for (int i = 0; i < spec.databases().size(); i++) {
      DatabaseSpec database = spec.databases().get(i);
      for (int j = 0; j < database.extensions().size(); j++) {
        String name = database.extensions().get(j);
        if (spec.extensions().stream().noneMatch(entry -> entry.name().equals(name))) {
          wanted.add(
              new WantedExtension(
                  name,
                  "spec.databases[%d].extensions[%d]".formatted(i, j),
                  true,
                  null,
                  null,
                  List.of(database.name())));
        }
      }
    }
    return wanted;
  }

  /** One that is off is off in every database that the spec knows of, unless it names some. */
  private static Set<String> databases(PostgreSQLInstanceSpec spec, Extension entry) {
    Set<String> databases = new LinkedHashSet<>(entry.databases());
    List<String> listing =
        spec.databases().stream()
            .filter(database -> database.extensions().contains(entry.name()))
            .map(DatabaseSpec::name)
            .toList();
    if (databases.isEmpty() && entry.enabled() && listing.isEmpty()) {
      databases.add(spec.database().name());
    } else if (databases.isEmpty() && !entry.enabled()) {
      databases.addAll(WantedDatabase.names(spec));
    }
    databases.addAll(listing);
    return databases;
  }

  static String field(PostgreSQLInstanceSpec spec, String extension, String field) {
    return of(spec).stream()
        .filter(wanted -> wanted.name().equals(extension))
        .findFirst()
        .map(
            wanted ->
                wanted.field().startsWith("spec.extensions")
                    ? wanted.field() + "." + field
                    : wanted.field())
        .orElse("spec.extensions");
  }
}
