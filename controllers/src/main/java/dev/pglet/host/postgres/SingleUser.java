package dev.pglet.host.postgres;

import dev.pglet.host.command.AccountSwitch;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.postgres.PostgresServer.AloneRequest;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * PostgreSQL's single-user mode. Lock and script are opened before the account is changed, as those
 * of a server are; at the end of the script the process ends, also when nobody waits for it any
 * more.
 */
final class SingleUser {
  /** A recovery is never killed before all hope is gone. */
  private static final Duration LONGEST = Duration.ofHours(24);

  private static final String SCRIPTED = "f=$1; shift; exec \"$@\" <\"$f\"";

  private final CommandRunner commands;

  SingleUser(CommandRunner commands) {
    this.commands = commands;
  }

  String run(AloneRequest request) throws ReconcileException {
    Result result;
    try {
      ServerStart.makeOurs(request.lockFile());
      String script = String.join("\n", request.statements()) + "\n";
      DurableFile.write(request.script(), script.getBytes(StandardCharsets.UTF_8));
      try {
        result = commands.run(Invocation.of(LONGEST, command(request)));
      } finally {
        Files.deleteIfExists(request.script());
      }
    } catch (IOException e) {
      throw new HostUnavailable(
          "ServerNotStarted",
          "preparing single-user mode of %s: %s".formatted(request.dataDirectory(), e.getMessage()),
          "See that pglet may write " + request.script() + " and " + request.lockFile(),
          e);
    }
    if (result.exitCode() == ServerStart.LOCKED) {
      throw ServerStart.locked(request.dataDirectory(), request.lockFile());
    }
    if (result.exitCode() != 0) {
      throw new StepFailed(
          "SingleUserFailed",
          "PostgreSQL in single-user mode on %s ended with exit code %d: %s"
              .formatted(request.dataDirectory(), result.exitCode(), words(result.stderr())),
          "Correct what it says, for a setting in spec.parameters; it is tried again");
    }
    return result.stdout();
  }

  private static String[] command(AloneRequest request) throws HostUnavailable {
    List<String> command =
        new ArrayList<>(List.of(ServerStart.program("sh"), "-c", SCRIPTED, "sh"));
    command.add(request.script().toString());
    command.addAll(
        List.of(
            ServerStart.program("flock"),
            "--no-fork",
            "--timeout",
            Long.toString(ServerStart.LOCK_WAIT.toSeconds()),
            "--conflict-exit-code",
            Integer.toString(ServerStart.LOCKED),
            request.lockFile().toString()));
    command.addAll(
        AccountSwitch.apply(
            request.account(),
            List.of(
                request.binaries().bin("postgres"),
                "--single",
                "-D",
                request.dataDirectory().toString(),
                "-c",
                "lc_messages=C",
                "-c",
                "log_destination=stderr",
                request.database())));
    return command.toArray(String[]::new);
  }

  private static String words(String stderr) {
    List<String> lines = stderr.lines().filter(line -> !line.isBlank()).map(String::strip).toList();
    List<String> errors =
        lines.stream()
            .filter(line -> line.matches(".*(FATAL|PANIC|ERROR|DETAIL|HINT):.*"))
            .toList();
    List<String> chosen = errors.isEmpty() ? lines : errors;
    return String.join("; ", chosen.subList(Math.max(0, chosen.size() - 3), chosen.size()));
  }
}
