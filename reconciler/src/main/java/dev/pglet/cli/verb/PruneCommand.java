package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code prune}: what has no manifest any more, and the consent to its deletion. */
public final class PruneCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "prune", "List what has no manifest any more; delete what waits for a confirmation.")
        .addOption(flag("Delete what is held, by the policies of its last spec.", "--confirm"));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    return has(arguments, "--confirm") ? confirm(session) : list(session);
  }

  private static int confirm(Session session) throws ReconcileException {
    if (session.daemon().isEmpty()) {
      throw new HostUnavailable(
          "NoDaemon",
          "no daemon answers on " + session.settings().apiSocket() + ", and only one holds prunes",
          "Start it with pglet run DIR: what was held before is held still, whatever is missing anew after 30 s");
    }
    List<String> begun = session.confirmPrunes();
    begun.forEach(key -> session.out().println(key + " is being deleted"));
    if (begun.isEmpty()) {
      session.out().println("No deletion waits for a confirmation.");
    }
    return Cli.OK;
  }

  private static int list(Session session) throws ReconcileException {
    List<String> held = session.heldPrunes();
    held.forEach(
        key ->
            session
                .out()
                .println(
                    key
                        + ": held: its manifest is gone; put it back to keep it, or delete all that"
                        + " is held with: pglet prune --confirm"));
    List<ObjectNode> unmanaged = session.unmanaged();
    for (JsonNode each : unmanaged) {
      session
          .out()
          .printf(
              "%s: %s: %s%n",
              each.path("resource").asText(),
              each.path("retained").asBoolean() ? "retained data" : "unmanaged",
              each.path("explanation").asText());
    }
    if (session.daemon().isEmpty()) {
      session.err().println("No daemon runs: which deletions it would hold is not known.");
    } else if (held.isEmpty() && unmanaged.isEmpty()) {
      session.out().println("Everything that is there has a manifest.");
    }
    return Cli.OK;
  }
}
