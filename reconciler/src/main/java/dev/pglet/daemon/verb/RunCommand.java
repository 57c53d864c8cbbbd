package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.daemon.EngineRuns;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code run}: makes a directory of manifests so, once or for as long as it runs. */
public final class RunCommand implements BuiltinCommand {
  private final EngineRuns runs;

  public RunCommand(EngineRuns runs) {
    this.runs = runs;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("run", "Watch a directory of manifests and make it so.")
        .addOption(flag("Converge once and exit; servers keep running.", "--once"))
        .addOption(
            flag("With --once: delete what has no manifest any more, by the rules.", "--prune"))
        .addOption(timeout("10m"))
        .addPositional(Options.words("DIR", "0..1", "Default: the manifest directory."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    Path directory =
        words.isEmpty() ? session.local().manifests() : Path.of(words.getFirst()).toAbsolutePath();
    boolean once = has(arguments, "--once");
    if (has(arguments, "--prune") && !once) {
      throw new UsageError("--prune belongs to --once; a watching run prunes anyway");
    }
    if (!once) {
      return runs.watch(directory.normalize());
    }
    return runs.once(
            session,
            directory.normalize(),
            has(arguments, "--prune"),
            timeout(arguments, Duration.ofMinutes(10)))
        ? Cli.OK
        : Cli.FAILED;
  }
}
