package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.daemon.Cleanup;
import dev.pglet.reconcile.ReconcileException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code cleanup}: removes everything of this data root but the manifests. */
public final class CleanupCommand implements BuiltinCommand {
  /** Makes the cleanup of the session's data root. */
  @FunctionalInterface
  public interface Cleanups {
    Cleanup create(Session session) throws ReconcileException;
  }

  private final Cleanups cleanups;

  public CleanupCommand(Cleanups cleanups) {
    this.cleanups = cleanups;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("cleanup", "Remove all servers and all data of this data root.")
        .addOption(flag("All resources; required.", "--all"))
        .addOption(flag("Their data too; required.", "--data"))
        .addOption(flag("Do not ask.", "--yes"))
        .addOption(timeout("1m"));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    if (!has(arguments, "--all") || !has(arguments, "--data")) {
      throw new UsageError("it removes everything: write cleanup --all --data");
    }
    if (Files.notExists(session.settings().state())) {
      session.out().printf("There is nothing of pglet in %s.%n", session.settings().dataRoot());
      return Cli.OK;
    }
    Cleanup cleanup = cleanups.create(session);
    if (!has(arguments, "--yes") && !confirmed(session, cleanup)) {
      session.err().println("Nothing was removed.");
      return Cli.FAILED;
    }
    if (session.daemon().isPresent()) {
      session.out().println("Telling the daemon to end.");
      session.daemon().get().send("POST", "/pglet/v1/shutdown", RemoteResources.JSON, "", "");
    }
    return cleanup.run(session.out(), timeout(arguments, Duration.ofMinutes(1)))
        ? Cli.OK
        : Cli.FAILED;
  }

  private static boolean confirmed(Session session, Cleanup cleanup) throws ReconcileException {
    session.out().println("This stops every server and removes all data of:");
    cleanup.announce().forEach(line -> session.out().println("  " + line));
    session.out().print("The manifests stay. Type yes to go on: ");
    session.out().flush();
    try {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8));
      return "yes".equals(in.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException("reading the answer", e);
    }
  }
}
