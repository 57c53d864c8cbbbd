package dev.pglet.server;

import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** Work of the superuser in one database of a running server. */
public final class SuperuserSession implements AutoCloseable {
  /** What is loaded of this or not: a setting of a library that is not there is kept, too. */
  private static final String KEPT_QUIET =
      """
      SET log_statement = 'none';
      SET log_min_duration_statement = -1;
      SET log_min_duration_sample = -1;
      SET log_transaction_sample_rate = 0;
      SET log_min_error_statement = 'panic';
      SET debug_print_parse = off;
      SET track_activities = off;
      SET pg_stat_statements.track_utility = off;
      SET pgaudit.log = 'none'""";

  private final Connection connection;
  private final String database;

  private SuperuserSession(Connection connection, String database) {
    this.connection = connection;
    this.database = database;
  }

  /** Opens a session on the server's socket. Its statements have no time limit. */
  public static SuperuserSession open(
      Connections connections, Path socketDirectory, int port, String database)
      throws ReconcileException {
    try {
      Connection connection = connections.open(socketDirectory, port, database);
      connection.setNetworkTimeout(Runnable::run, 0);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET statement_timeout = 0");
      }
      return new SuperuserSession(connection, database);
    } catch (SQLException e) {
      throw new StepFailed(
          "ServerUnreachable",
          "connecting to database %s on port %d: %s".formatted(database, port, e.getMessage()),
          "See the log of the server; it is tried again",
          e);
    }
  }

  /** Opens a session for short questions: a statement that takes long is ended. */
  static SuperuserSession brief(
      Connections connections, Path socketDirectory, int port, String database)
      throws SQLException {
    return new SuperuserSession(connections.open(socketDirectory, port, database), database);
  }

  /** Runs one statement. */
  public void run(String sql) throws ReconcileException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** The first column of every row. */
  public List<String> column(String sql) throws ReconcileException {
    return rows(sql).stream().map(List::getFirst).toList();
  }

  /** The first row of each question, as text; NULL is empty. All are asked in one round trip. */
  public List<List<String>> firstRows(String... questions) throws ReconcileException {
    String sql = String.join(";\n", questions);
    try (Statement statement = connection.createStatement()) {
      List<List<String>> firstRows = new ArrayList<>();
      boolean more = statement.execute(sql);
      while (more) {
        try (ResultSet results = statement.getResultSet()) {
          firstRows.add(all(results).getFirst());
        }
        more = statement.getMoreResults();
      }
      return firstRows;
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Every row as text; NULL is empty. */
  public List<List<String>> rows(String sql) throws ReconcileException {
    try (Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      return all(results);
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  private static List<List<String>> all(ResultSet results) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    int columns = results.getMetaData().getColumnCount();
    while (results.next()) {
      List<String> row = new ArrayList<>();
      for (int column = 1; column <= columns; column++) {
        String value = results.getString(column);
        row.add(value == null ? "" : value);
      }
      rows.add(row);
    }
    return rows;
  }

  /**
   * Sets a role's password. Only the SCRAM verifier, made here, reaches the server, and there no
   * log, statistics or list of activities.
   */
  public void setPassword(String role, String password) throws ReconcileException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(KEPT_QUIET);
      connection
          .unwrap(PGConnection.class)
          .alterUserPassword(role, password.toCharArray(), "scram-sha-256");
    } catch (SQLException e) {
      throw new StepFailed(
          "PasswordNotSet",
          "setting the password of role %s: %s".formatted(role, e.getMessage()),
          "See the log of the server; it is tried again",
          e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // The session is over either way; the server cleans up after it.
      return;
    }
  }

  private StepFailed failed(String sql, SQLException cause) {
    return new StepFailed(
        "StatementFailed",
        "in database %s, %s: %s".formatted(database, sql, cause.getMessage()),
        "Correct what PostgreSQL complains about; it is tried again",
        cause);
  }
}
