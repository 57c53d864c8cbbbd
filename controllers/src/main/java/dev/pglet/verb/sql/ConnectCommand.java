package dev.pglet.verb.sql;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.value;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.host.connection.SocketConnections;
import dev.pglet.host.process.ProcessReplacement;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.verb.NamedServer;
import dev.pglet.verb.Passfile;
import dev.pglet.verb.ServerAddress;
import dev.pglet.verb.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code connect} and {@code psql}: a session of psql in place of this process, or, where there is
 * no psql, at a prompt of our own.
 */
public final class ConnectCommand implements BuiltinCommand {
  private static final String SUPERUSER = "postgres";

  private final String name;
  private final Map<String, String> environment;
  private final PsqlProgram.Replacement replacement;

  private ConnectCommand(
      String name, Map<String, String> environment, PsqlProgram.Replacement replacement) {
    this.name = name;
    this.environment = environment;
    this.replacement = replacement;
  }

  /** The verb, by one of its two names. */
  public static ConnectCommand named(String name) {
    return new ConnectCommand(name, System.getenv(), ProcessReplacement::with);
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            name, "Open psql, or a prompt where there is no psql, on an instance or a branch.")
        .addOption(Options.namespace())
        .addOption(
            value(
                "DATABASE", "Database. Default: the first one of the server.", "-d", "--database"))
        .addOption(
            value("ROLE", "Log in as this role. Default: postgres, the superuser.", "--role"))
        .addOption(flag("Use pglet's own prompt even where there is a psql.", "--built-in"))
        .addPositional(
            Options.words(
                "NAME [-- ARGUMENTS OF PSQL]",
                "0..*",
                "The server, as NAME or KIND/NAME such as branch/pr-1; what follows -- is"
                    + " psql's."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    if (words.isEmpty()) {
      throw new UsageError("say which server: pglet " + name + " NAME");
    }
    NamedServer server =
        NamedServer.find(words.getFirst(), Options.namespace(arguments), session).requireRunning();
    String role = arguments.matchedOptionValue("--role", SUPERUSER);
    String database = arguments.matchedOptionValue("-d", server.address().database());
    // A socket is the same server as its address: of both a passfile line says localhost or any.
    ServerAddress address = login(server, role, database);
    List<String> forPsql = words.subList(1, words.size());
    Optional<PsqlProgram> psql =
        has(arguments, "--built-in") ? Optional.empty() : PsqlProgram.find(environment, server);
    if (psql.isPresent()) {
      return psql(psql.get(), server, address, forPsql, session);
    }
    if (!forPsql.isEmpty()) {
      throw new UsageError(
          "%s: these are arguments of psql, and pglet's own prompt takes none"
              .formatted(String.join(" ", forPsql)));
    }
    return prompt(server, address, session);
  }

  private static ServerAddress login(NamedServer server, String role, String database)
      throws StepFailed {
    ServerAddress address = server.address();
    return new ServerAddress(role, address.host(), address.port(), database, address.parameters());
  }

  private int psql(
      PsqlProgram psql,
      NamedServer server,
      ServerAddress address,
      List<String> arguments,
      Session session)
      throws HostUnavailable {
    Optional<Path> passfile = address.passfile().filter(_ -> Passfile.has(address));
    session.out().flush();
    session.err().flush();
    IOException failed =
        replacement.with(
            psql.program(),
            arguments,
            PsqlProgram.environment(
                environment, server, address.database(), address.user(), passfile));
    throw new HostUnavailable(
        "PsqlNotRun",
        String.valueOf(failed.getMessage()),
        "Repair that psql, or use pglet's own prompt with --built-in",
        failed);
  }

  private int prompt(NamedServer server, ServerAddress address, Session session)
      throws ReconcileException {
    Optional<String> password =
        address.user().equals(SUPERUSER)
            ? Optional.empty()
            : Optional.of(Passfile.password(address));
    boolean interactive = Terminal.attached();
    Prompt prompt =
        new Prompt(
            database ->
                new SocketConnections()
                    .login(server.socket(), server.port(), database, address.user(), password),
            address.database(),
            new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8)),
            session.out(),
            session.err(),
            interactive);
    try {
      return prompt.run() ? Cli.OK : Cli.FAILED;
    } catch (SQLException e) {
      throw new StepFailed(
          "LoginFailed",
          "logging in to database %s of %s as %s: %s"
              .formatted(address.database(), server.key(), address.user(), e.getMessage()),
          "See whether that database and role exist, and with pglet get whether the server accepts"
              + " connections",
          e);
    } catch (IOException e) {
      throw new HostUnavailable(
          "InputUnreadable", "reading standard input: " + e.getMessage(), "Try again", e);
    }
  }
}
