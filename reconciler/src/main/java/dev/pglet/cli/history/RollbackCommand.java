package dev.pglet.cli.history;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.cli.verb.Proposal;
import dev.pglet.manifest.edit.ManifestEditor;
import dev.pglet.manifest.edit.change.TreeDiff;
import dev.pglet.manifest.edit.text.EditRefused;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources.Document;
import dev.pglet.reconcile.Revision;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code rollback}: writes an earlier spec into the manifest. Only what differs is edited, and only
 * when its kind has nothing against it.
 */
public final class RollbackCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "rollback",
            "Write an earlier spec into the manifest. Data does not go back, only the spec.")
        .addOption(Options.value("N", "Which revision. Default: the one before.", "--to"))
        .addOption(flag("Show what it would do, and write nothing.", "--dry-run"))
        .addOption(Options.namespace())
        .addPositional(Options.words("KIND NAME | KIND/NAME", "0..*", "Whose spec."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    ResourceKey key = HistoryCommand.key(arguments, session);
    Revision wanted = wanted(key, arguments, session);
    Document document =
        session
            .resources()
            .document(key)
            .orElseThrow(
                () ->
                    new Refused(
                        "NoManifest",
                        "%s has no manifest that could be written".formatted(key),
                        "Apply one: pglet history %s --revision %d prints that of the revision"
                            .formatted(key, wanted.number())));
    String text = edited(key, document, wanted);
    if (text.equals(document.text())) {
      session.out().printf("%s is as in revision %d already%n", key, wanted.number());
      return Cli.OK;
    }
    Proposal proposal = new Proposal(session, key, text);
    if (!proposal.shown()) {
      session
          .err()
          .printf("revision %d cannot be gone back to; nothing was written%n", wanted.number());
      return Cli.FAILED;
    }
    if (has(arguments, "--dry-run")) {
      session.out().println("Nothing was written: it was a dry run.");
      return Cli.OK;
    }
    session.resources().replace(key, document.text(), text);
    session
        .out()
        .printf(
            "%s: the spec of revision %d is in %s again; its data stays as it is%n",
            key, wanted.number(), document.file());
    if (session.daemon().isEmpty()) {
      session.out().println(ApplyCommand.NO_DAEMON);
    }
    return Cli.OK;
  }

  private static Revision wanted(ResourceKey key, ParseResult arguments, Session session)
      throws ReconcileException {
    List<Revision> revisions = session.resources().revisions(key);
    if (revisions.isEmpty()) {
      throw HistoryCommand.nothing(key);
    }
    String number = arguments.matchedOptionValue("--to", "");
    if (!number.isEmpty()) {
      return HistoryCommand.find(key, revisions, "--to", number);
    }
    if (revisions.size() == 1) {
      throw new Refused(
          "NoEarlierRevision",
          "%s has one revision only, %d".formatted(key, revisions.getFirst().number()),
          "There is nothing to go back to");
    }
    return revisions.get(revisions.size() - 2);
  }

  /** The document with the earlier spec, everything else as it is. */
  private static String edited(ResourceKey key, Document document, Revision wanted) throws Refused {
    try {
      ObjectNode content = ManifestEditor.content(document.text(), 0);
      JsonNode spec = ManifestEditor.content(wanted.document(), 0).path("spec");
      if (TreeDiff.same(content.path("spec"), spec)) {
        return document.text();
      }
      ObjectNode back = content.deepCopy();
      if (spec.isMissingNode()) {
        back.remove("spec");
      } else {
        back.set("spec", spec);
      }
      return ManifestEditor.withContent(document.text(), 0, back);
    } catch (EditRefused e) {
      throw new Refused(
          "EditRefused",
          "%s: the spec of revision %d cannot be written without changing more than it: %s"
              .formatted(document.file(), wanted.number(), e.getMessage()),
          "Nothing was written; pglet history %s --revision %d prints it, pglet edit %s edits the manifest"
              .formatted(key, wanted.number(), key),
          e);
    }
  }
}
