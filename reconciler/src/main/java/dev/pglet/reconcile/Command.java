package dev.pglet.reconcile;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * A verb of the command line. Built by picocli's programmatic model, which needs no reflection at
 * start-up.
 */
public interface Command {
  /** Name, options, positionals and help text. A new one at each call. */
  CommandSpec spec();

  /** Verbs below this one, such as {@code get} of {@code config}; they are run in its place. */
  default List<Command> commands() {
    return List.of();
  }

  /** The verb below which this one stands, such as {@code config}; empty: it is one by itself. */
  default String under() {
    return "";
  }

  /** The exit code when {@link #run} throws: for a verb whose 1 says something else, another. */
  default int failure() {
    return 1;
  }

  /**
   * Runs the verb.
   *
   * @return the exit code: 0 done, 1 not so, 2 wrong usage
   * @throws ReconcileException shown to the user as its message and remedy, with the exit code
   *     {@link #failure}
   */
  int run(ParseResult arguments, CommandContext context) throws ReconcileException;
}
