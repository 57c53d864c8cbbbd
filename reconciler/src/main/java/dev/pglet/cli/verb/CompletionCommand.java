package dev.pglet.cli.verb;

import static java.util.Objects.requireNonNull;

import dev.pglet.cli.Cli;
import dev.pglet.cli.GlobalOptions;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code completion}: the verbs and options of this pglet, for the shell to complete. */
public final class CompletionCommand implements BuiltinCommand {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  private final Cli.Verbs verbs;

  public CompletionCommand(Cli.Verbs verbs) {
    this.verbs = requireNonNull(verbs, "verbs is null");
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "completion",
            "Print what a shell needs to complete verbs and options.",
            "For this shell: source <(pglet completion bash)")
        .addPositional(Options.words("bash|zsh", "1", "The shell."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    String shell = Options.words(arguments).getFirst();
    if (!SHELLS.contains(shell)) {
      throw new UsageError("there is no completion for '" + shell + "'; there is for " + SHELLS);
    }
    CommandSpec pglet = CommandSpec.create().name("pglet");
    GlobalOptions.ALL.forEach(option -> pglet.addOption(global(option)));
    for (Command verb : verbs.all()) {
      add(verb, pglet);
    }
    // The same for both: zsh runs it by its own emulation of bash's completion.
    session.out().print(AutoComplete.bash("pglet", new CommandLine(pglet)));
    return Cli.OK;
  }

  private static void add(Command verb, CommandSpec above) {
    CommandSpec spec = verb.spec();
    GlobalOptions.ALL.stream()
        .map(CompletionCommand::global)
        .filter(option -> spec.findOption(option.longestName()) == null)
        .forEach(spec::addOption);
    verb.commands().forEach(below -> add(below, spec));
    above.addSubcommand(spec.name(), new CommandLine(spec));
  }

  private static OptionSpec global(GlobalOptions.Option option) {
    return option.label().isEmpty()
        ? Options.flag(option.description(), option.name())
        : Options.value(option.label(), option.description(), option.name());
  }
}
