package dev.pglet.cli.history;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Revision;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code history}: the specs of a resource that were accepted. */
public final class HistoryCommand implements BuiltinCommand {
  private static final int HASH = 12;

  @Override
  public CommandSpec spec() {
    return Options.verb("history", "List the accepted specs of a resource, or print one of them.")
        .addOption(
            Options.value("N", "Print the document of that revision, as written.", "--revision"))
        .addOption(Options.namespace())
        .addPositional(Options.words("KIND NAME | KIND/NAME", "0..*", "Whose history."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    ResourceKey key = key(arguments, session);
    List<Revision> revisions = session.resources().revisions(key);
    if (revisions.isEmpty()) {
      throw nothing(key);
    }
    String one = arguments.matchedOptionValue("--revision", "");
    if (one.isEmpty()) {
      list(revisions, session);
    } else {
      session.out().print(find(key, revisions, "--revision", one).document());
    }
    return Cli.OK;
  }

  private static void list(List<Revision> revisions, Session session) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("REVISION", "ACCEPTED", "SPEC", "FILE"));
    for (Revision revision : revisions) {
      String hash = revision.specHash();
      lines.add(
          List.of(
              Long.toString(revision.number()),
              revision.accepted().truncatedTo(ChronoUnit.SECONDS).toString(),
              hash.substring(0, Math.min(HASH, hash.length())),
              revision.file()));
    }
    TablePrinter.print(session.out(), lines);
  }

  static ResourceKey key(ParseResult arguments, Session session) {
    List<ResourceKey> keys =
        Target.keys(Options.words(arguments), Options.namespace(arguments), session.kinds());
    if (keys.size() != 1) {
      throw new UsageError("one resource at a time: KIND/NAME");
    }
    return keys.getFirst();
  }

  static Revision find(ResourceKey key, List<Revision> revisions, String option, String number)
      throws Refused {
    if (!number.matches("[0-9]{1,18}")) {
      throw new UsageError(option + ": '" + number + "' is no number of a revision");
    }
    long wanted = Long.parseLong(number);
    return revisions.stream()
        .filter(revision -> revision.number() == wanted)
        .findFirst()
        .orElseThrow(
            () ->
                new Refused(
                    "NoSuchRevision",
                    "%s has no revision %d; kept are %s"
                        .formatted(key, wanted, revisions.stream().map(Revision::number).toList()),
                    "See pglet history " + key));
  }

  static Refused nothing(ResourceKey key) {
    return new Refused(
        "NoHistory",
        "no accepted spec of %s is remembered".formatted(key),
        "A daemon remembers each spec that it accepts; see pglet get for what there is");
  }
}
