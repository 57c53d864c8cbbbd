package dev.pglet.instance.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.Sql;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is of the wanted databases, and of those that go with their entries.
 *
 * @param databases by name
 * @param deletable those whose entry says, or has said last, that they go with it
 */
public record DatabaseFacts(Map<String, Database> databases, NavigableSet<String> deletable) {
  /** The marker's fact that names {@link #deletable}: an entry that is gone tells nothing more. */
  public static final String DELETABLE_FACT = "deletableDatabases";

  private static final ObjectMapper JSON = new ObjectMapper();

  public DatabaseFacts {
    databases = Map.copyOf(databases);
    deletable = Collections.unmodifiableNavigableSet(new TreeSet<>(deletable));
  }

  /** Where none goes with its entry. */
  public DatabaseFacts(Map<String, Database> databases) {
    this(databases, new TreeSet<>());
  }

  /** What the fact of a marker lists. */
  public static NavigableSet<String> deletable(VolumeMarker marker) {
    String fact = marker.fact(DELETABLE_FACT);
    return fact == null || fact.isEmpty()
        ? new TreeSet<>()
        : new TreeSet<>(List.of(fact.split(",", -1)));
  }

  /** A database of the server, in the server's words. */
  public record Database(String owner, String encoding, String locale) {}

  /** An expression whose value is JSON, whatever the number of databases. */
  public static String expression(List<WantedDatabase> wanted, NavigableSet<String> deletable) {
    return """
        (SELECT coalesce(json_agg(json_build_object(
                  'name', datname, 'owner', pg_get_userbyid(datdba),
                  'encoding', pg_encoding_to_char(encoding), 'locale', datcollate)), '[]'::json)
           FROM pg_database WHERE datname IN (%s))"""
        .formatted(
            Stream.concat(wanted.stream().map(WantedDatabase::name), deletable.stream())
                .distinct()
                .map(Sql::literal)
                .collect(Collectors.joining(", ")));
  }

  /** Reads the expression's value. */
  public static DatabaseFacts parse(String json, NavigableSet<String> deletable) {
    try {
      Map<String, Database> databases = new HashMap<>();
      for (JsonNode database : JSON.readTree(json)) {
        databases.put(
            database.path("name").asText(),
            new Database(
                database.path("owner").asText(),
                database.path("encoding").asText(),
                database.path("locale").asText()));
      }
      return new DatabaseFacts(databases, deletable);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("PostgreSQL's json_agg is always JSON", e);
    }
  }
}
