package dev.pglet.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code pglet sql NAME STATEMENT}: runs a statement as the superuser in the first database of an
 * instance or a branch, over the server's socket.
 */
final class SqlCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("sql");
    spec.usageMessage()
        .description("Run a SQL statement as the superuser of an instance or a branch.");
    spec.addOption(
        OptionSpec.builder("-n", "--namespace")
            .type(String.class)
            .paramLabel("NAMESPACE")
            .defaultValue(ResourceKey.DEFAULT_NAMESPACE)
            .description("Namespace of the resource.")
            .build());
    spec.addOption(
        OptionSpec.builder("-d", "--database")
            .type(String.class)
            .paramLabel("DATABASE")
            .description("Database to connect to. Default: the first one of the instance.")
            .build());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .paramLabel("NAME")
            .type(String.class)
            .required(true)
            .description("NAME, or KIND/NAME such as branch/pr-1.")
            .build());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("1")
            .paramLabel("STATEMENT")
            .type(String.class)
            .required(true)
            .description("The statement.")
            .build());
    return spec;
  }

  @Override
  public int run(ParseResult arguments, CommandContext context) throws ReconcileException {
    String name = arguments.matchedPositionalValue(0, "");
    String statement = arguments.matchedPositionalValue(1, "");
    String namespace = arguments.matchedOptionValue("-n", ResourceKey.DEFAULT_NAMESPACE);
    ObjectNode resource = find(name, namespace, context);
    String socket = resource.at("/status/connection/socket").asText();
    int port = resource.at("/status/port").asInt();
    if (socket.isEmpty() || port == 0 || resource.at("/status/pid").isMissingNode()) {
      throw new StepFailed(
          "ServerNotRunning",
          "the server of " + name + " does not run",
          "Look at `pglet describe` of it, or start it with `pglet start " + name + "`");
    }
    String database =
        arguments.matchedOptionValue(
            "-d", databaseOf(resource.at("/status/connection/uri").asText()));
    try (Connection connection = new SocketConnections().open(Path.of(socket), port, database);
        Statement run = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, 0);
      run.execute("SET search_path = \"$user\", public; SET statement_timeout = 0");
      print(run, run.execute(statement), context.out());
      return 0;
    } catch (SQLException e) {
      throw new StepFailed(
          "StatementFailed",
          "in database %s of %s: %s".formatted(database, name, e.getMessage()),
          "Correct the statement, or see with pglet get whether the server accepts connections",
          e);
    }
  }

  /** An instance of that name, else a branch; or what a kind before a slash says. */
  private static ObjectNode find(String name, String namespace, CommandContext context)
      throws ReconcileException {
    int slash = name.indexOf('/');
    List<String> kinds = List.of(PostgreSQLInstance.KIND, Branch.KIND);
    if (slash > 0) {
      String kind = name.substring(0, slash);
      Optional<CrdDefinition> called = context.kinds().called(kind);
      kinds = called.map(CrdDefinition::kind).map(List::of).orElse(List.of());
    }
    String plain = name.substring(slash + 1);
    List<ObjectNode> found = new ArrayList<>();
    for (String kind : kinds) {
      context.resources().get(new ResourceKey(kind, namespace, plain)).ifPresent(found::add);
    }
    if (found.isEmpty()) {
      throw new InvalidSpec(
          "NotFound",
          "",
          "there is no instance and no branch " + name + " in namespace " + namespace,
          "See `pglet get pg` and `pglet get branches`");
    }
    if (found.size() > 1) {
      throw new InvalidSpec(
          "Ambiguous",
          "",
          "there is both an instance and a branch " + name,
          "Write pg/%s or branch/%s".formatted(plain, plain));
    }
    return found.getFirst();
  }

  private static String databaseOf(String uri) {
    int slash = uri.lastIndexOf('/', uri.indexOf('?') < 0 ? uri.length() : uri.indexOf('?'));
    int end = uri.indexOf('?');
    return slash < 0 ? "postgres" : uri.substring(slash + 1, end < 0 ? uri.length() : end);
  }

  private static void print(Statement statement, boolean rows, PrintStream out)
      throws SQLException {
    boolean more = rows;
    while (true) {
      if (more) {
        try (ResultSet results = statement.getResultSet()) {
          table(results, out);
        }
      } else if (statement.getUpdateCount() >= 0) {
        out.println(statement.getUpdateCount() + " rows changed");
      } else {
        return;
      }
      more = statement.getMoreResults();
    }
  }

  private static void table(ResultSet results, PrintStream out) throws SQLException {
    ResultSetMetaData meta = results.getMetaData();
    List<List<String>> lines = new ArrayList<>();
    List<String> heading = new ArrayList<>();
    for (int column = 1; column <= meta.getColumnCount(); column++) {
      heading.add(meta.getColumnLabel(column));
    }
    lines.add(heading);
    while (results.next()) {
      List<String> line = new ArrayList<>();
      for (int column = 1; column <= meta.getColumnCount(); column++) {
        String value = results.getString(column);
        line.add(value == null ? "" : value);
      }
      lines.add(line);
    }
    int[] widths = new int[meta.getColumnCount()];
    for (List<String> line : lines) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        text.append(column == 0 ? "" : "  ");
        text.append(String.format("%-" + Math.max(1, widths[column]) + "s", line.get(column)));
      }
      out.println(text.toString().stripTrailing());
    }
  }
}
