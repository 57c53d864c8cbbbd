package dev.pglet.verb.sql;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.verb.NamedServer;
import dev.pglet.verb.ResultTable;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code pglet sql NAME STATEMENT}: runs a statement as the superuser in the first database of an
 * instance or a branch, over the server's socket.
 */
public final class SqlCommand implements Command {
  @Override
  public CommandSpec spec() {
    return Options.verb("sql", "Run a SQL statement as the superuser of an instance or a branch.")
        .addOption(Options.namespace())
        .addOption(
            Options.value(
                "DATABASE",
                "Database to connect to. Default: the first one of the instance.",
                "-d",
                "--database"))
        .addPositional(
            Options.words(
                "NAME STATEMENT",
                "2",
                "The server, as NAME or KIND/NAME such as branch/pr-1, and the statement."));
  }

  @Override
  public int run(ParseResult arguments, CommandContext context) throws ReconcileException {
    List<String> words = Options.words(arguments);
    NamedServer server =
        NamedServer.find(words.get(0), Options.namespace(arguments), context).requireRunning();
    String database = arguments.matchedOptionValue("-d", server.address().database());
    try (Connection connection =
            new SocketConnections().open(server.socket(), server.port(), database);
        Statement run = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, 0);
      run.execute("SET search_path = \"$user\", public; SET statement_timeout = 0");
      print(run, run.execute(words.get(1)), context.out());
      return Cli.OK;
    } catch (SQLException e) {
      throw new StepFailed(
          "StatementFailed",
          "in database %s of %s: %s".formatted(database, server.key(), e.getMessage()),
          "Correct the statement, or see with pglet get whether the server accepts connections",
          e);
    }
  }

  private static void print(Statement statement, boolean rows, PrintStream out)
      throws SQLException {
    boolean more = rows;
    while (true) {
      if (more) {
        try (ResultSet results = statement.getResultSet()) {
          ResultTable.print(results, out);
        }
      } else if (statement.getUpdateCount() >= 0) {
        out.println(statement.getUpdateCount() + " rows changed");
      } else {
        return;
      }
      more = statement.getMoreResults();
    }
  }
}
