package dev.pglet.verb.state;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.verb.NamedServer;
import dev.pglet.verb.ResultTable;
import dev.pglet.verb.Terminal;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code top}: what the sessions of servers do, again and again. */
public final class TopCommand implements BuiltinCommand {
  /** Clears the screen of a terminal, and goes to its upper left corner. */
  private static final String CLEAR = "\u001b[H\u001b[2J";

  private static final String SUMMARY =
      """
      SELECT count(*) FILTER (WHERE backend_type = 'client backend'),
             count(*) FILTER (WHERE backend_type = 'client backend' AND state = 'active'),
             count(*) FILTER (WHERE wait_event_type = 'Lock'),
             current_setting('max_connections')
      FROM pg_stat_activity WHERE pid <> pg_backend_pid()
      """;

  private static final String SESSIONS =
      """
      SELECT pid, usename AS "user", datname AS database, state,
             date_trunc('second', clock_timestamp()
               - CASE WHEN state = 'active' THEN query_start ELSE state_change END) AS "for",
             coalesce(wait_event_type || ':' || wait_event, '') AS waits,
             left(regexp_replace(query, '\\s+', ' ', 'g'), 100) AS query
      FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
      ORDER BY state = 'active' DESC, 5 DESC LIMIT 20
      """;

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "top",
            "Show what the sessions of servers do, and their dearest statements where"
                + " pg_stat_statements is there.")
        .addOption(Options.namespace())
        .addOption(flag("Once, and not again and again.", "--once"))
        .addOption(Options.value("DURATION", "How often, such as 5s. Default: 2s.", "--interval"))
        .addPositional(Options.words("NAME", "0..*", "NAME or KIND/NAME. Default: all that run."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<NamedServer> servers = Servers.named(arguments, session);
    if (!Options.words(arguments).isEmpty()) {
      for (NamedServer server : servers) {
        server.requireRunning();
      }
    }
    List<NamedServer> running = servers.stream().filter(NamedServer::running).toList();
    Duration interval =
        Options.duration("--interval", arguments.matchedOptionValue("--interval", "2s"));
    boolean terminal = Terminal.attached();
    PrintStream out = session.out();
    if (running.isEmpty()) {
      out.println("No server runs.");
      return Cli.OK;
    }
    boolean again = terminal && !has(arguments, "--once");
    boolean answered;
    do {
      if (again) {
        out.print(CLEAR);
      }
      answered = false;
      for (NamedServer server : running) {
        answered |= show(server, out);
      }
      out.flush();
    } while (again && pause(interval) && !out.checkError());
    return answered ? Cli.OK : Cli.FAILED;
  }

  private static boolean pause(Duration interval) {
    try {
      Thread.sleep(interval);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * One that does not answer is said to in its place: the others are shown all the same.
   *
   * @return whether it answered
   */
  private static boolean show(NamedServer server, PrintStream out) {
    try (Connection connection =
            new SocketConnections()
                .open(server.socket(), server.port(), server.address().database());
        Statement statement = connection.createStatement()) {
      try (ResultSet summary = statement.executeQuery(SUMMARY)) {
        summary.next();
        out.printf(
            "%s: %d of %s sessions, %d active, %d waiting for locks%n",
            server.key(),
            summary.getInt(1),
            summary.getString(4),
            summary.getInt(2),
            summary.getInt(3));
      }
      try (ResultSet sessions = statement.executeQuery(SESSIONS)) {
        ResultTable.print(sessions, out);
      }
      statements(statement, out);
      out.println();
      return true;
    } catch (SQLException | StepFailed e) {
      out.printf(
          "%s: cannot be asked what it does: %s%n  See with pglet status %1$s whether it accepts"
              + " connections.%n%n",
          server.key(), e.getMessage());
      return false;
    }
  }

  private static void statements(Statement statement, PrintStream out) throws SQLException {
    String schema;
    try (ResultSet extension =
        statement.executeQuery(
            "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid ="
                + " e.extnamespace WHERE extname = 'pg_stat_statements'"
                + " AND current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%'")) {
      if (!extension.next()) {
        return;
      }
      schema = extension.getString(1);
    }
    out.println();
    try (ResultSet statements = statement.executeQuery(dearest(schema))) {
      ResultTable.print(statements, out);
    }
  }

  private static String dearest(String schema) {
    return """
    SELECT calls, round(total_exec_time::numeric) AS "total ms",
           round(mean_exec_time::numeric, 2) AS "mean ms", rows,
           left(regexp_replace(query, '\\s+', ' ', 'g'), 100) AS statement
    FROM %s.pg_stat_statements ORDER BY total_exec_time DESC LIMIT 10
    """
        .formatted(schema);
  }
}
