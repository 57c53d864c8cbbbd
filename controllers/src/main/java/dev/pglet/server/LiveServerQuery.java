package dev.pglet.server;

import dev.pglet.host.postgres.Connections;
import dev.pglet.host.postgres.PostgresVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Asks a running server what it runs with: one session, one round trip. */
final class LiveServerQuery {
  /** Columns: name, context, pending_restart, whether postgresql.auto.conf decides it. */
  private static final String SETTINGS =
      """
      SELECT name, context, pending_restart, sourcefile LIKE '%/postgresql.auto.conf',
             current_setting('server_version_num')::int, current_setting('pglet.config_hash', true)
        FROM pg_catalog.pg_settings
       WHERE pending_restart OR name = 'server_version' OR lower(name) = ANY (?)
       ORDER BY name
      """;

  private final Connections connections;

  LiveServerQuery(Connections connections) {
    this.connections = connections;
  }

  /**
   * Asks.
   *
   * @param ours settings that the manifest decides
   * @param changes settings that are about to change
   */
  LiveServer ask(Path socket, int port, Collection<String> ours, Collection<String> changes)
      throws SQLException {
    List<String> asked = new ArrayList<>(ours);
    asked.addAll(changes);
    try (Connection connection = connections.open(socket, port, "postgres");
        PreparedStatement statement = connection.prepareStatement(SETTINGS)) {
      statement.setArray(1, connection.createArrayOf("text", asked.toArray()));
      int version = 0;
      Optional<String> hash = Optional.empty();
      List<String> pending = new ArrayList<>();
      List<String> overridden = new ArrayList<>();
      Map<String, String> contexts = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          // Names are compared as the configuration has them: TimeZone is timezone there.
          String name = rows.getString(1).toLowerCase(Locale.ROOT);
          version = rows.getInt(5);
          hash = Optional.ofNullable(rows.getString(6)).filter(value -> !value.isEmpty());
          if (rows.getBoolean(3)) {
            pending.add(name);
          }
          if (rows.getBoolean(4)) {
            overridden.add(name);
          }
          if (changes.contains(name)) {
            contexts.put(name, rows.getString(2));
          }
        }
      }
      // 170006 is 17.6: from version 10 on the minor has four digits.
      PostgresVersion server = new PostgresVersion(version / 10000, version % 10000);
      return new LiveServer(server, hash, pending, contexts, overridden);
    }
  }
}
