package dev.pglet.instance.database;

import dev.pglet.api.v1alpha1.DatabaseSpec;
import dev.pglet.api.v1alpha1.DeletionPolicy;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A database as a spec wants it.
 *
 * @param field the path of what says so
 * @param encoding empty: as the template's
 * @param locale empty: as the template's
 * @param ownTemplate whether it differs from the first database in one of these, so that it is made
 *     of {@code template0}
 * @param deletable whether it goes when nobody wants it any more
 */
public record WantedDatabase(
    String name,
    String field,
    String owner,
    Optional<String> encoding,
    Optional<String> locale,
    boolean ownTemplate,
    boolean deletable) {
  /** Every database of a spec, the first one first. */
  public static List<WantedDatabase> of(PostgreSQLInstanceSpec spec) {
    PostgreSQLInstanceSpec.Database first = spec.database();
    List<WantedDatabase> databases = new ArrayList<>();
    // A cluster that was there before has templates of which the spec says nothing.
    boolean adopts = spec.bootstrap().adopts();
    databases.add(
        new WantedDatabase(
            first.name(),
            "spec.database",
            first.owner(),
            adopts ? Optional.of(first.encoding()) : Optional.empty(),
            adopts ? Optional.of(first.locale()) : Optional.empty(),
            adopts,
            false));
    for (int i = 0; i < spec.databases().size(); i++) {
      DatabaseSpec database = spec.databases().get(i);
      if (!database.name().equals(first.name())) {
        databases.add(listed(database, field(i), first, adopts));
      }
    }
    return databases;
  }

  /** The names of all databases of a spec. */
  public static List<String> names(PostgreSQLInstanceSpec spec) {
    return of(spec).stream().map(WantedDatabase::name).toList();
  }

  static String field(int index) {
    return "spec.databases[%d]".formatted(index);
  }

  static String field(PostgreSQLInstanceSpec spec, String database) {
    return of(spec).stream()
        .filter(wanted -> wanted.name().equals(database))
        .findFirst()
        .map(WantedDatabase::field)
        .orElse("spec.databases");
  }

  /** An encoding by one of its names, as the server compares them. */
  static String encoding(String name) {
    String plain = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
    return plain.equals("UNICODE") ? "UTF8" : plain;
  }

  /** A locale by one of its names, as the C library compares them. */
  static String locale(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? name
        : name.substring(0, dot)
            + name.substring(dot).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.@]", "");
  }

  private static WantedDatabase listed(
      DatabaseSpec database, String field, PostgreSQLInstanceSpec.Database first, boolean adopts) {
    String owner = database.owner();
    String encoding = database.encoding();
    String locale = database.locale();
    return new WantedDatabase(
        database.name(),
        field,
        owner == null ? first.owner() : owner,
        Optional.ofNullable(encoding),
        Optional.ofNullable(locale),
        (adopts && (encoding != null || locale != null))
            || differs(
                encoding, encoding == null ? "" : encoding(encoding), encoding(first.encoding()))
            || differs(locale, locale == null ? "" : locale(locale), locale(first.locale())),
        database.deletionPolicy() == DeletionPolicy.Delete);
  }

  private static boolean differs(@Nullable String given, String normal, String ofFirst) {
    return given != null && !normal.equals(ofFirst);
  }
}
