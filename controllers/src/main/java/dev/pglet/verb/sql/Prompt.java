package dev.pglet.verb.sql;

import dev.pglet.verb.ResultTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads statements line by line and runs each, for hosts without psql. An error does not end it. It
 * also understands the few commands of psql that people type first.
 */
final class Prompt {
  /** Logs in to a database of the server. */
  @FunctionalInterface
  interface Login {
    Connection to(String database) throws SQLException;
  }

  private static final String HELP =
      """
      End a statement with ;
      \\q         leave
      \\l         databases
      \\dt        tables
      \\d NAME    columns and indexes of a table or view
      \\c NAME    another database
      """;

  private static final String DATABASES =
      """
      SELECT datname AS name, pg_get_userbyid(datdba) AS owner,
             pg_encoding_to_char(encoding) AS encoding, datcollate AS locale
      FROM pg_catalog.pg_database ORDER BY 1
      """;

  private static final String TABLES =
      """
      SELECT n.nspname AS schema, c.relname AS name,
             CASE c.relkind WHEN 'r' THEN 'table' ELSE 'partitioned table' END AS type,
             pg_get_userbyid(c.relowner) AS owner
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND pg_catalog.pg_table_is_visible(c.oid)
      ORDER BY 1, 2
      """;

  private final Login login;
  private final BufferedReader in;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final StatementReader statements = new StatementReader();
  private String database;
  private boolean failed;

  /**
   * A prompt that has not begun.
   *
   * @param interactive whether somebody types: else nothing but results is printed
   */
  Prompt(
      Login login,
      String database,
      BufferedReader in,
      PrintStream out,
      PrintStream err,
      boolean interactive) {
    this.login = login;
    this.database = database;
    this.in = in;
    this.out = out;
    this.err = err;
    this.interactive = interactive;
  }

  /**
   * Runs until the input ends.
   *
   * @return whether every statement was done
   * @throws SQLException when nobody can log in, or not any more
   */
  boolean run() throws SQLException, IOException {
    Connection connection = login.to(database);
    try {
      if (interactive) {
        out.println("pglet's own prompt, because there is no psql. \\? for help, \\q to leave.");
      }
      while (true) {
        ask();
        String line = in.readLine();
        if (line == null) {
          Optional<String> rest = statements.rest();
          if (rest.isPresent()) {
            connection = execute(connection, rest.get());
          }
          return !failed;
        }
        if (!statements.pending() && line.stripLeading().startsWith("\\")) {
          String command = line.strip();
          if (command.equals("\\q")) {
            return !failed;
          }
          connection = command(connection, command);
        } else {
          for (String statement : statements.line(line)) {
            connection = execute(connection, statement);
          }
        }
      }
    } finally {
      connection.close();
    }
  }

  private void ask() {
    if (interactive) {
      out.print(database + (statements.pending() ? "-> " : "=> "));
    }
    out.flush();
  }

  private Connection command(Connection connection, String command) throws SQLException {
    String[] words = command.split("\\s+", 2);
    String argument = words.length > 1 ? words[1].strip() : "";
    switch (words[0]) {
      case "\\?" -> out.print(HELP);
      case "\\l" -> {
        return execute(connection, DATABASES);
      }
      case "\\dt" -> {
        return execute(connection, TABLES);
      }
      case "\\d" -> {
        return argument.isEmpty() ? execute(connection, TABLES) : describe(connection, argument);
      }
      case "\\c" -> {
        return argument.isEmpty() ? connection : change(connection, argument);
      }
      default -> fail("there is no command " + words[0] + "; \\? shows those that there are");
    }
    return connection;
  }

  private Connection describe(Connection connection, String name) throws SQLException {
    String literal = "'" + name.replace("'", "''") + "'";
    if (name.contains("\\")) {
      literal = "E" + literal.replace("\\", "\\\\");
    }
    boolean before = failed;
    failed = false;
    Connection after = execute(connection, columns(literal));
    if (!failed) {
      after = execute(after, indexes(literal));
    }
    failed |= before;
    return after;
  }

  private static String columns(String literal) {
    return """
    SELECT a.attname AS column, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
           CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS nullable,
           coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') AS default
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = %1$s::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
    """
        .formatted(literal);
  }

  private static String indexes(String literal) {
    return """
    SELECT pg_catalog.pg_get_indexdef(indexrelid) AS index
    FROM pg_catalog.pg_index WHERE indrelid = %1$s::pg_catalog.regclass ORDER BY 1
    """
        .formatted(literal);
  }

  private Connection change(Connection connection, String to) {
    try {
      Connection other = login.to(to);
      connection.close();
      database = to;
      return other;
    } catch (SQLException e) {
      fail(e.getMessage() + "; still in " + database);
      return connection;
    }
  }

  private Connection execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      show(statement, statement.execute(sql), sql);
      return connection;
    } catch (SQLException e) {
      fail(String.valueOf(e.getMessage()));
      return alive(connection) ? connection : again();
    }
  }

  private void show(Statement statement, boolean first, String sql) throws SQLException {
    for (SQLWarning warning = statement.getWarnings();
        warning != null;
        warning = warning.getNextWarning()) {
      err.println(warning.getMessage());
    }
    boolean rows = first;
    while (true) {
      if (rows) {
        try (ResultSet results = statement.getResultSet()) {
          int count = ResultTable.print(results, out);
          out.println(count == 1 ? "(1 row)" : "(" + count + " rows)");
        }
      } else if (statement.getUpdateCount() >= 0) {
        out.println(done(sql, statement.getUpdateCount()));
      } else {
        return;
      }
      rows = statement.getMoreResults();
    }
  }

  private static String done(String sql, int count) {
    String word = sql.stripLeading().split("\\W", 2)[0].toUpperCase(Locale.ROOT);
    return List.of("INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "COPY").contains(word)
        ? word + " " + count
        : word.isEmpty() ? "done" : word;
  }

  private static boolean alive(Connection connection) {
    try {
      return connection.isValid(2);
    } catch (SQLException e) {
      return false;
    }
  }

  private Connection again() throws SQLException {
    err.println("The connection is lost; logging in again.");
    return login.to(database);
  }

  private void fail(String message) {
    failed = true;
    out.flush();
    err.println(message);
    err.flush();
  }
}
