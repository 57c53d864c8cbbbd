package dev.pglet.instance.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.server.Sql;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What there is of the wanted databases, and of those that go with their entries.
 *
 * @param databases by name
 * @param deletable the OIDs, by name, of those whose entry says, or has said last, that they go
 *     with it; empty where an earlier pglet has noted the name alone
 */
public record DatabaseFacts(
    Map<String, Database> databases, NavigableMap<String, String> deletable) {
  /** The marker's fact that holds {@link #deletable}: an entry that is gone tells nothing more. */
  public static final String DELETABLE_FACT = "deletableDatabases";

  private static final ObjectMapper JSON = new ObjectMapper();

  public DatabaseFacts {
    databases = Map.copyOf(databases);
    deletable = Collections.unmodifiableNavigableMap(new TreeMap<>(deletable));
  }

  /** Where none goes with its entry. */
  public DatabaseFacts(Map<String, Database> databases) {
    this(databases, new TreeMap<>());
  }

  /** What the fact of a marker lists; null: nothing. */
  public static NavigableMap<String, String> deletable(@Nullable String fact) {
    NavigableMap<String, String> deletable = new TreeMap<>();
    if (fact != null && !fact.isEmpty()) {
      for (String one : fact.split(",", -1)) {
        int end = one.indexOf('=');
        deletable.put(end < 0 ? one : one.substring(0, end), end < 0 ? "" : one.substring(end + 1));
      }
    }
    return deletable;
  }

  /** The fact of a marker; see {@link #deletable(String)}. */
  public static String fact(Map<String, String> deletable) {
    return deletable.entrySet().stream()
        .map(one -> one.getKey() + (one.getValue().isEmpty() ? "" : "=" + one.getValue()))
        .collect(Collectors.joining(","));
  }

  /**
   * A database of the server, in the server's words.
   *
   * @param oid one that is made again by the same name has another
   * @param used whether there are sessions in it
   */
  public record Database(String oid, String owner, String encoding, String locale, boolean used) {}

  /** An expression whose value is JSON, whatever the number of databases. */
  public static String expression(List<WantedDatabase> wanted, Set<String> deletable) {
    return """
        (SELECT coalesce(json_agg(json_build_object(
                  'name', datname, 'oid', oid::text, 'owner', pg_get_userbyid(datdba),
                  'encoding', pg_encoding_to_char(encoding), 'locale', datcollate,
                  'used', datname IN (%s) AND EXISTS (
                     SELECT FROM pg_stat_activity WHERE datid = pg_database.oid))), '[]'::json)
           FROM pg_database WHERE datname IN (%s))"""
        .formatted(
            deletable.isEmpty() ? "NULL" : list(deletable.stream()),
            list(Stream.concat(wanted.stream().map(WantedDatabase::name), deletable.stream())));
  }

  private static String list(Stream<String> names) {
    return names.distinct().map(Sql::literal).collect(Collectors.joining(", "));
  }

  /** Reads the expression's value. */
  public static DatabaseFacts parse(String json, NavigableMap<String, String> deletable) {
    try {
      Map<String, Database> databases = new HashMap<>();
      for (JsonNode database : JSON.readTree(json)) {
        databases.put(
            database.path("name").asText(),
            new Database(
                database.path("oid").asText(),
                database.path("owner").asText(),
                database.path("encoding").asText(),
                database.path("locale").asText(),
                database.path("used").asBoolean()));
      }
      return new DatabaseFacts(databases, deletable);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("PostgreSQL's json_agg is always JSON", e);
    }
  }
}
