package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.git.GitSetup;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code git setup}: a manifest directory in a git repository. */
public final class GitCommand implements BuiltinCommand {
  private final Path launcher;

  /**
   * The verb.
   *
   * @param launcher the program that git shall run
   */
  public GitCommand(Path launcher) {
    this.launcher = launcher;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "git", "Keep statuses out of commits: pglet git setup [DIR], once in every clone.")
        .addOption(flag("Take it back.", "--undo"))
        .addPositional(
            Options.words(
                "setup [DIR]",
                "1..2",
                "DIR: a directory of manifests in a git repository. Default: the manifest directory."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    if (words.isEmpty() || words.size() > 2 || !words.getFirst().equals("setup")) {
      throw new UsageError("write: pglet git setup [DIR] [--undo]");
    }
    Path directory =
        words.size() == 2 ? Path.of(words.get(1)).toAbsolutePath() : session.local().manifests();
    GitSetup setup = GitSetup.in(directory, session.out());
    if (has(arguments, "--undo")) {
      setup.undo();
    } else {
      setup.install(launcher);
    }
    return Cli.OK;
  }
}
