package dev.pglet.instance.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.server.Sql;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What there is of the wanted databases.
 *
 * @param databases by name
 */
public record DatabaseFacts(Map<String, Database> databases) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public DatabaseFacts {
    databases = Map.copyOf(databases);
  }

  /** A database of the server, in the server's words. */
  public record Database(String owner, String encoding, String locale) {}

  /** An expression whose value is JSON, whatever the number of databases. */
  public static String expression(List<WantedDatabase> wanted) {
    return """
        (SELECT coalesce(json_agg(json_build_object(
                  'name', datname, 'owner', pg_get_userbyid(datdba),
                  'encoding', pg_encoding_to_char(encoding), 'locale', datcollate)), '[]'::json)
           FROM pg_database WHERE datname IN (%s))"""
        .formatted(
            wanted.stream()
                .map(WantedDatabase::name)
                .map(Sql::literal)
                .collect(Collectors.joining(", ")));
  }

  /** Reads the expression's value. */
  public static DatabaseFacts parse(String json) {
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
      return new DatabaseFacts(databases);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("PostgreSQL's json_agg is always JSON", e);
    }
  }
}
