package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code prune}: what has no manifest any more, and the consent to its deletion. */
public final class PruneCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "prune", "List what has no manifest any more; delete what waits for a confirmation.")
        .addOption(flag("Delete what is held, by the policies of its last spec.", "--confirm"))
        .addPositional(
            Options.words(
                "KIND/NAME…", "0..*", "Confirm these, as they are listed. Default: all."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> named = Options.words(arguments);
    if (!has(arguments, "--confirm") && !named.isEmpty()) {
      throw new UsageError("which ones is said with --confirm; without it all are listed");
    }
    return has(arguments, "--confirm") ? confirm(named, session) : list(session);
  }

  private static int confirm(List<String> named, Session session) throws ReconcileException {
    if (session.daemon().isEmpty()) {
      throw new HostUnavailable(
          "NoDaemon",
          "no daemon answers on " + session.settings().apiSocket() + ", and only one holds prunes",
          "Start it with pglet run DIR: what was held before is held still, whatever is missing anew after 30 s");
    }
    List<String> held = session.heldPrunes();
    List<String> shown = named.isEmpty() ? held : named;
    List<String> others = shown.stream().filter(key -> !held.contains(key)).toList();
    if (!others.isEmpty()) {
      throw new Refused(
          "NotHeld",
          "no deletion of %s is held, and nothing was deleted".formatted(String.join(", ", others)),
          "See pglet prune for what is held, by which names");
    }
    if (shown.isEmpty()) {
      session.out().println("No deletion waits for a confirmation.");
      return Cli.OK;
    }
    List<String> begun = session.confirmPrunes(shown);
    begun.forEach(key -> session.out().println(key + " is being deleted"));
    shown.stream()
        .filter(key -> !begun.contains(key))
        .forEach(key -> session.out().println(key + " is not held any more, and is left alone"));
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
