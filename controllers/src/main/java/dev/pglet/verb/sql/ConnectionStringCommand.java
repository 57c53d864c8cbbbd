package dev.pglet.verb.sql;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import dev.pglet.verb.ServerAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code connection-string}: how to connect to a server, in the form that a program wants. */
public final class ConnectionStringCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "connection-string",
            "Print how to connect to an instance or a branch, as uri, env, dotenv, json, jdbc or"
                + " pgpass.")
        .addOption(Options.namespace())
        .addOption(
            Options.value(
                "DATABASE", "Database. Default: the first one of the server.", "-d", "--database"))
        .addOption(
            Options.value(
                "FORMAT",
                "uri (the default), env, dotenv, json, jdbc, or pgpass, the only one that holds the"
                    + " password.",
                "--format"))
        .addPositional(NamedServer.word());
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    ConnectionFormat format =
        ConnectionFormat.of("--format", arguments.matchedOptionValue("--format", "uri"));
    Optional<String> database = Optional.ofNullable(arguments.matchedOptionValue("-d", null));
    database.ifPresent(ConnectionStringCommand::check);
    NamedServer server =
        NamedServer.find(
            Options.words(arguments).getFirst(), Options.namespace(arguments), session);
    ServerAddress address = server.address();
    session.out().print(format.print(address, database));
    session.out().flush();
    if (format == ConnectionFormat.JDBC && address.passfile().isPresent()) {
      session
          .err()
          .printf(
              "The password: run Java with -Dorg.postgresql.pgpassfile=%s%n",
              ShellWord.quote(address.passfile().get().toString()));
    }
    if (!server.running()) {
      session.err().printf("The server does not run: pglet start %s%n", server.key());
    }
    return Cli.OK;
  }

  private static void check(String database) {
    if (database.isEmpty() || database.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new UsageError(
          "-d: '%s' is no name of a database: it is empty, or has control characters"
              .formatted(printable(database)));
    }
  }

  private static String printable(String text) {
    return text.chars()
        .mapToObj(
            c ->
                c < ' ' || c == 0x7f
                    ? String.format(Locale.ROOT, "\\x%02x", c)
                    : Character.toString(c))
        .collect(Collectors.joining());
  }
}
