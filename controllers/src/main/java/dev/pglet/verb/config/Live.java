package dev.pglet.verb.config;

import dev.pglet.host.connection.SocketConnections;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.verb.NamedServer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a running server says of its settings and its files.
 *
 * @param settings by name, in order
 * @param files every line of its configuration files, in the order in which they count
 */
record Live(Map<String, LiveSetting> settings, List<FileSetting> files) {
  /** Of the cluster: no database's own settings are looked for. */
  private static final String DATABASE = "postgres";

  /** What the session that asks has for itself: not what others get. */
  private static final Set<String> OF_SESSION =
      Set.of("client", "session", "user", "database", "database user", "interactive");

  private static final String FILES =
      """
      SELECT lower(name), setting, sourcefile, sourceline, applied
        FROM pg_catalog.pg_file_settings WHERE name IS NOT NULL ORDER BY seqno
      """;

  private static final String SETTINGS =
      """
      SELECT lower(name), pg_catalog.current_setting(name), setting, unit, vartype, context, source,
             sourcefile, sourceline, pending_restart, boot_val
        FROM pg_catalog.pg_settings
      """;

  /** Those of libraries that are not loaded are in no view. */
  private static final String OTHERS =
      """
      SELECT n, pg_catalog.current_setting(n, true) FROM unnest(?::text[]) n
       WHERE pg_catalog.current_setting(n, true) IS NOT NULL
      """;

  Live {
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    files = List.copyOf(files);
  }

  /**
   * Asks.
   *
   * @param names settings that are looked for, too, where the server lists them nowhere
   * @throws StepFailed when the server does not run or does not answer
   */
  static Live of(NamedServer server, Collection<String> names) throws ReconcileException {
    server.requireRunning();
    try (Connection connection =
        new SocketConnections().open(server.socket(), server.port(), DATABASE)) {
      List<FileSetting> files = files(connection);
      Map<String, LiveSetting> settings = settings(connection, files);
      others(connection, names, files, settings);
      return new Live(settings, files);
    } catch (SQLException e) {
      throw new StepFailed(
          "StatementFailed",
          "asking %s for its settings: %s".formatted(server.key(), e.getMessage()),
          "See with pglet status " + server.key() + " whether it accepts connections",
          e);
    }
  }

  private static List<FileSetting> files(Connection connection) throws SQLException {
    List<FileSetting> files = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(FILES)) {
      while (rows.next()) {
        files.add(
            new FileSetting(
                rows.getString(1),
                text(rows, 2),
                text(rows, 3),
                rows.getInt(4),
                rows.getBoolean(5)));
      }
    }
    return files;
  }

  private static Map<String, LiveSetting> settings(Connection connection, List<FileSetting> files)
      throws SQLException {
    Map<String, LiveSetting> settings = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SETTINGS)) {
      while (rows.next()) {
        LiveSetting setting =
            new LiveSetting(
                rows.getString(1),
                text(rows, 2),
                text(rows, 3),
                text(rows, 4),
                text(rows, 5),
                text(rows, 6),
                text(rows, 7),
                text(rows, 8),
                rows.getInt(9),
                rows.getBoolean(10));
        settings.put(
            setting.name(),
            OF_SESSION.contains(setting.source())
                ? ofOthers(setting, files, text(rows, 11))
                : setting);
      }
    }
    return settings;
  }

  /** What a session has that sets nothing for itself. */
  private static LiveSetting ofOthers(LiveSetting own, List<FileSetting> files, String byDefault) {
    String value = byDefault;
    String file = "";
    int line = 0;
    for (FileSetting each : files) {
      if (each.name().equals(own.name()) && each.applied()) {
        value = each.value();
        file = each.file();
        line = each.line();
      }
    }
    return new LiveSetting(
        own.name(),
        value,
        value,
        own.unit(),
        own.type(),
        own.context(),
        file.isEmpty() ? "default" : "configuration file",
        file,
        line,
        own.pendingRestart());
  }

  private static void others(
      Connection connection,
      Collection<String> names,
      List<FileSetting> files,
      Map<String, LiveSetting> settings)
      throws SQLException {
    Object[] unknown = names.stream().filter(name -> !settings.containsKey(name)).toArray();
    Array array = connection.createArrayOf("text", unknown);
    try (PreparedStatement statement = connection.prepareStatement(OTHERS)) {
      statement.setArray(1, array);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String name = rows.getString(1).toLowerCase(Locale.ROOT);
          String value = text(rows, 2);
          FileSetting from =
              files.stream()
                  .filter(each -> each.name().equals(name) && each.applied())
                  .reduce((_, later) -> later)
                  .orElse(new FileSetting(name, value, "", 0, true));
          settings.put(
              name,
              new LiveSetting(
                  name,
                  value,
                  value,
                  "",
                  "string",
                  "sighup",
                  "configuration file",
                  from.file(),
                  from.line(),
                  false));
        }
      }
    }
  }

  private static String text(ResultSet rows, int column) throws SQLException {
    String text = rows.getString(column);
    return text == null ? "" : text;
  }
}
