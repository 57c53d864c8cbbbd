package dev.pglet.host.connection;

import dev.pglet.host.postgres.Connections;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/** Sessions by pgjdbc over {@link UnixSocketFactory}. Stateless. */
public final class SocketConnections implements Connections {
  private static final Duration STATEMENT = Duration.ofSeconds(30);

  /** A server that is well begins a session in milliseconds. */
  private static final Duration LOGIN = Duration.ofSeconds(5);

  /** For a server that neither answers nor ends a statement: that longer than its own timeout. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final String user;
  private final String application;
  private final Duration statement;

  /** Of the superuser. */
  public SocketConnections() {
    this("postgres", "pglet", STATEMENT);
  }

  /**
   * Of a role that this account may log in as.
   *
   * @param application its name in {@code pg_stat_activity}
   * @param statement how long a statement may take
   */
  public SocketConnections(String user, String application, Duration statement) {
    this.user = user;
    this.application = application;
    this.statement = statement;
  }

  @Override
  public Connection open(Path socketDirectory, int port, String database) throws SQLException {
    Properties properties = properties(socketDirectory, port);
    properties.setProperty("user", user);
    // Names in a statement must mean what they mean to us, whatever users have created.
    properties.setProperty(
        "options",
        "-c search_path=pg_catalog,pg_temp -c statement_timeout=" + statement.toMillis());
    Connection connection = connect(port, database, properties);
    connection.setNetworkTimeout(
        Runnable::run, Math.toIntExact(statement.plus(SILENCE).toMillis()));
    return connection;
  }

  /**
   * A session for a person: with the settings that the role and the database have, without a limit
   * of time, and each statement sent to the server as it was written.
   *
   * @param password empty where the server asks for none
   */
  public Connection login(
      Path socketDirectory, int port, String database, String role, Optional<String> password)
      throws SQLException {
    Properties properties = properties(socketDirectory, port);
    properties.setProperty("user", role);
    password.ifPresent(secret -> properties.setProperty("password", secret));
    properties.setProperty("preferQueryMode", "simple");
    Connection connection = connect(port, database, properties);
    connection.setNetworkTimeout(Runnable::run, 0);
    return connection;
  }

  private Properties properties(Path socketDirectory, int port) {
    Properties properties = new Properties();
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty(
        "socketFactoryArg", socketDirectory.resolve(".s.PGSQL." + port).toString());
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("loginTimeout", "0");
    properties.setProperty("socketTimeout", Long.toString(LOGIN.toSeconds()));
    properties.setProperty("ApplicationName", application);
    // Else pgjdbc makes its settings by statements of their own, once the session has begun.
    properties.setProperty("assumeMinServerVersion", "10");
    return properties;
  }

  private static Connection connect(int port, String database, Properties properties)
      throws SQLException {
    // Named in the URL: as a property the database is silently replaced by the user's name.
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:%d/%s"
            .formatted(port, URLEncoder.encode(database, StandardCharsets.UTF_8)),
        properties);
  }
}
