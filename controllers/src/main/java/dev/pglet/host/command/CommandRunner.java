package dev.pglet.host.command;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a command of the host to its end. No shell, standard input closed, {@code LC_ALL=C}; the
 * environment holds only PATH, LC_ALL and what the invocation gives. Thread-safe.
 */
public interface CommandRunner {
  /**
   * Runs it and waits for its end.
   *
   * @return also for an exit code other than 0
   * @throws HostUnavailable when the command cannot be started, or did not end in time and was
   *     killed with its children
   */
  Result run(Invocation invocation) throws HostUnavailable;

  /**
   * What to run.
   *
   * @param arguments the command, an absolute path or a name on PATH, and its arguments
   * @param account run as that account when it is a switching one
   * @param directory the working directory; empty: the root directory
   */
  record Invocation(
      List<String> arguments,
      Map<String, String> environment,
      Optional<ServerAccount> account,
      Optional<Path> directory,
      Duration deadline) {
    public Invocation {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }

    public static Invocation of(Duration deadline, String... arguments) {
      return new Invocation(
          List.of(arguments), Map.of(), Optional.empty(), Optional.empty(), deadline);
    }

    public Invocation as(ServerAccount account) {
      return new Invocation(arguments, environment, Optional.of(account), directory, deadline);
    }
  }

  /** How it ended. Output beyond 1 MiB each is cut. */
  record Result(int exitCode, String stdout, String stderr) {}
}
