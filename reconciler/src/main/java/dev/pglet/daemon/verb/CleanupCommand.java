package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.daemon.Cleanup;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    if (Cleanup.nothingOf(session.settings())) {
      session.out().printf("There is nothing of pglet in %s.%n", session.settings().dataRoot());
      return Cli.OK;
    }
    Cleanup cleanup = cleanups.create(session);
    if (!has(arguments, "--yes") && !confirmed(session, cleanup)) {
      session.err().println("Nothing was removed.");
      return Cli.FAILED;
    }
    Duration patience = timeout(arguments, Duration.ofMinutes(1));
    if (session.daemon().isPresent()) {
      session.out().println("Telling the daemon to end.");
      end(session.daemon().get(), patience);
    }
    return cleanup.run(session.out(), patience) ? Cli.OK : Cli.FAILED;
  }

  /** Its lock does not tell when it has ended: that is gone with the state, if somebody lost it. */
  private static void end(ApiClient daemon, Duration patience) throws ReconcileException {
    long pid =
        daemon
            .send("POST", "/pglet/v1/shutdown", RemoteResources.JSON, "", "")
            .map(answer -> answer.object().path("pid").asLong())
            .orElse(0L);
    Optional<ProcessHandle> process =
        pid == ProcessHandle.current().pid() ? Optional.empty() : ProcessHandle.of(pid);
    if (process.isEmpty()) {
      return;
    }
    try {
      process.get().onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new Refused(
          "DaemonStillRuns",
          "the daemon (pid %d) has not ended within %d s, and nothing was removed"
              .formatted(pid, patience.toSeconds()),
          "Wait until it has ended, or give it more time with --timeout",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
