package dev.pglet.cli.verb;

import dev.pglet.cli.Session;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.ReconcileException;
import picocli.CommandLine.ParseResult;

/** A verb that comes with pglet: it needs more of its surroundings than a kind's own verb may. */
public interface BuiltinCommand extends Command {
  /** Runs the verb; see {@link Command#run}. */
  int run(ParseResult arguments, Session session) throws ReconcileException;

  @Override
  default int run(ParseResult arguments, CommandContext context) throws ReconcileException {
    if (context instanceof Session session) {
      return run(arguments, session);
    }
    throw new IllegalArgumentException(
        spec().name() + " needs the command line's own session, not a " + context.getClass());
  }
}
