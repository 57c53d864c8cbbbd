package dev.pglet.cli;

import dev.pglet.manifest.parse.NearestName;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.ReconcileException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Finds the verb, parses its options, runs it, and makes the exit code. */
public final class Cli {
  public static final int OK = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;

  /** Where verbs come from: a name is looked up before any other verb is built. */
  public interface Verbs {
    Optional<Command> find(String name) throws ReconcileException;

    /** In the order in which help lists them. */
    Collection<Command> all() throws ReconcileException;
  }

  /** Makes what a verb works with, when its options have been understood. */
  @FunctionalInterface
  public interface Contexts {
    CommandContext create() throws ReconcileException;
  }

  private final Verbs verbs;
  private final Contexts contexts;
  private final PrintStream out;
  private final PrintStream err;

  public Cli(Verbs verbs, Contexts contexts, PrintStream out, PrintStream err) {
    this.verbs = verbs;
    this.contexts = contexts;
    this.out = out;
    this.err = err;
  }

  /** Runs a verb with its arguments, without the global options. */
  public int run(List<String> arguments) {
    String name = arguments.isEmpty() ? "help" : arguments.getFirst();
    List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
    try {
      return switch (name) {
        case "help", "-h", "--help" -> help(rest);
        case "--version" -> run(List.of("version"));
        default -> verb(name, rest);
      };
    } catch (UsageError e) {
      err.printf("pglet %s: %s%n", name, e.getMessage());
      return USAGE;
    } catch (ReconcileException e) {
      tell(name, e);
      return FAILED;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private int verb(String name, List<String> arguments) throws ReconcileException {
    Optional<Command> verb = verbs.find(name);
    if (verb.isEmpty()) {
      List<String> names = verbs.all().stream().map(v -> v.spec().name()).toList();
      throw new UsageError(
          "there is no such verb%s See pglet help for all of them."
              .formatted(
                  NearestName.of(name, names).map(n -> "; did you mean '" + n + "'?").orElse(".")));
    }
    return run(verb.get(), arguments);
  }

  private int run(Command verb, List<String> arguments) throws ReconcileException {
    CommandSpec spec = withHelp(verb);
    spec.name("pglet " + spec.name());
    ParseResult parsed;
    try {
      parsed = new CommandLine(spec).parseArgs(arguments.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new UsageError(complaint(e));
    }
    Command chosen = verb;
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
      chosen = below(chosen, parsed.commandSpec().name());
    }
    if (parsed.matchedOptionValue("--help", false)) {
      parsed.commandSpec().commandLine().usage(out);
      return OK;
    }
    try {
      return chosen.run(parsed, contexts.create());
    } catch (ReconcileException e) {
      tell(parsed.commandSpec().qualifiedName().replaceFirst("^pglet ", ""), e);
      return chosen.failure();
    }
  }

  private static CommandSpec withHelp(Command verb) {
    CommandSpec spec = verb.spec();
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .type(boolean.class)
            .usageHelp(true)
            .description("Show this help.")
            .build());
    spec.usageMessage().footer("", "pglet help shows the options that every verb takes.");
    verb.commands()
        .forEach(each -> spec.addSubcommand(each.spec().name(), new CommandLine(withHelp(each))));
    return spec;
  }

  private static Command below(Command verb, String name) {
    return verb.commands().stream()
        .filter(each -> each.spec().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String complaint(ParameterException e) {
    CommandLine line = e.getCommandLine();
    String verb = line.getCommandSpec().qualifiedName();
    if (e instanceof UnmatchedArgumentException unmatched && !line.getSubcommands().isEmpty()) {
      return "there is no '%s' below %s; there are: %s"
          .formatted(
              unmatched.getUnmatched().getFirst(),
              verb,
              String.join(", ", line.getSubcommands().keySet()));
    }
    return "%s. See %s --help."
        .formatted(String.valueOf(e.getMessage()).replaceFirst("\\.$", ""), verb);
  }

  private void tell(String verb, ReconcileException e) {
    err.printf("pglet %s: %s%n", verb, e.getMessage());
    err.printf("  %s.%n", e.remedy().replaceFirst("\\.$", ""));
  }

  private int help(List<String> about) throws ReconcileException {
    if (!about.isEmpty()) {
      List<String> words = new ArrayList<>(about.subList(1, about.size()));
      words.add("--help");
      return verb(about.getFirst(), words);
    }
    out.println(
        "pglet makes the PostgreSQL databases of this host match a directory of manifests.");
    out.println();
    out.println("Usage: pglet VERB [OPTIONS]");
    out.println();
    for (Command verb : verbs.all()) {
      CommandSpec spec = verb.spec();
      String[] description = spec.usageMessage().description();
      out.printf("  %-11s %s%n", spec.name(), description.length == 0 ? "" : description[0]);
    }
    out.println();
    out.println("pglet VERB --help shows a verb's options. Every verb also takes:");
    for (GlobalOptions.Option option : GlobalOptions.ALL) {
      out.printf("  %-28s %s%n", option.synopsis(), option.description());
    }
    return OK;
  }
}
