package dev.pglet.cli.edit;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Named;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code edit}: a resource's document in the user's editor. What is saved replaces the document
 * only if it is valid and nobody else has changed the document meanwhile.
 */
public final class EditCommand implements BuiltinCommand {
  private final TextEditor editor;

  public EditCommand(TextEditor editor) {
    this.editor = editor;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "edit", "Edit a resource's manifest, comments included, in $VISUAL or $EDITOR.")
        .addOption(Options.namespace())
        .addPositional(Options.words("NAME | KIND/NAME | KIND NAME", "0..*", "What to edit."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    ResourceKey key = key(Options.words(arguments), Options.namespace(arguments), session);
    Resources.Document document =
        session
            .resources()
            .document(key)
            .orElseThrow(
                () ->
                    new Refused(
                        "NotFound", key + " has no manifest", "See pglet get for what has"));
    try (PrivateCopy copy = PrivateCopy.of(key.name(), document.text())) {
      return editOrKeep(session, key, document, copy);
    }
  }

  private static ResourceKey key(List<String> words, String namespace, Session session)
      throws ReconcileException {
    String word = words.size() == 2 ? words.get(0) + "/" + words.get(1) : String.join(" ", words);
    if (words.isEmpty() || words.size() > 2) {
      throw new UsageError("write: pglet edit NAME, or: pglet edit KIND/NAME");
    }
    SortedSet<ResourceKey> keys = new Named(session, _ -> true).keys(List.of(word), namespace);
    return keys.first();
  }

  /** An error of pglet itself is no reason either to throw away what was saved. */
  private int editOrKeep(
      Session session, ResourceKey key, Resources.Document document, PrivateCopy copy)
      throws ReconcileException {
    try {
      return edit(session, key, document, copy);
    } catch (RuntimeException | Error e) {
      session.err().printf("pglet edit: what was saved is in %s%n", copy.keep());
      throw e;
    }
  }

  private int edit(Session session, ResourceKey key, Resources.Document document, PrivateCopy copy)
      throws ReconcileException {
    String last = document.text();
    while (true) {
      open(copy, document.text());
      String text = copy.read();
      if (text.isBlank() || text.equals(document.text())) {
        session.out().println("Edit cancelled, no changes made.");
        return Cli.OK;
      }
      if (text.equals(last)) {
        session
            .err()
            .printf(
                "pglet edit: still wrong, so nothing was changed; your text is in %s%n",
                copy.keep());
        return Cli.FAILED;
      }
      last = text;
      List<String> problems = problems(session, key, text);
      if (!problems.isEmpty()) {
        copy.reopen(problems, text);
        continue;
      }
      try {
        new Edited(session, session.resources().replace(key, document.text(), text)).print();
        return Cli.OK;
      } catch (InvalidSpec e) {
        copy.reopen(e.explain().lines().toList(), text);
      } catch (ReconcileException e) {
        session.err().printf("pglet edit: %s; your text is in %s%n", e.explain(), copy.keep());
        return Cli.FAILED;
      }
    }
  }

  /** Whatever happens to the editor, what was saved until then is not thrown away. */
  private void open(PrivateCopy copy, String original) throws ReconcileException {
    try {
      editor.edit(copy.file());
    } catch (ReconcileException e) {
      if (!copy.read().equals(original)) {
        throw new Refused(
            e.reason(),
            e.explain(),
            "What was saved is in %s; apply that file, or edit again".formatted(copy.keep()),
            e);
      }
      throw e;
    }
  }

  /** What is wrong with the text, each with its line in it. */
  private static List<String> problems(Session session, ResourceKey key, String text) {
    Path name = Path.of("line");
    ManifestReader.Content content = new ManifestReader(session.kinds()).read(name, text);
    List<String> problems = new ArrayList<>();
    content.problems().stream().map(Problem::toString).forEach(problems::add);
    List<ResourceKey> keys = content.manifests().stream().map(Manifest::key).toList();
    if (problems.isEmpty() && !keys.equals(List.of(key))) {
      problems.add(
          "it is about %s, not %s: a resource cannot be renamed; apply a file for the other"
              .formatted(keys, key));
    }
    return problems;
  }
}
