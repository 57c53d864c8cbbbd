package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code diff}: what would be done, and nothing of it. */
public final class DiffCommand implements BuiltinCommand {
  /** Compares a resource's spec with what another template, or another text of one, makes of it. */
  @FunctionalInterface
  public interface Templates {
    /** Prints the differences and returns the exit code. */
    int compare(
        List<String> words,
        String namespace,
        Optional<String> template,
        Optional<String> file,
        Session session)
        throws ReconcileException;
  }

  private final Templates templates;

  public DiffCommand(Templates templates) {
    this.templates = templates;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "diff",
            "Show what would change: fields, then steps with their risk. Changes nothing.",
            "Exits with 0 when there is no difference, 1 when there is one, 2 when that is not known.")
        .addOption(Options.values("FILE|DIR|-", "As if these were applied.", "-f", "--filename"))
        .addOption(
            Options.value(
                "NAME",
                "Only their specs, as if they named that template; -f then has templates to try.",
                "--template"))
        .addOption(flag("As if they were deleted.", "--deleted"))
        .addOption(Options.namespace())
        .addPositional(
            Options.words(
                "KIND NAME… | KIND/NAME…", "0..*", "These as their own manifests want them."));
  }

  @Override
  public int failure() {
    return Previewing.ERROR;
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> files = arguments.matchedOptionValue("-f", List.of());
    List<String> words = Options.words(arguments);
    Optional<String> template =
        Optional.ofNullable(arguments.<@Nullable String>matchedOptionValue("--template", null));
    boolean deleted = has(arguments, "--deleted");
    if (files.isEmpty() && words.isEmpty()) {
      throw new UsageError("say what to compare: -f FILE, or KIND/NAME…");
    }
    if (deleted && (words.isEmpty() || !files.isEmpty() || template.isPresent())) {
      throw new UsageError("--deleted needs KIND/NAME…, and nothing else");
    }
    if (template.isPresent() || !(files.isEmpty() || words.isEmpty())) {
      return ofTemplates(arguments, template, files, session);
    }
    if (!files.isEmpty()) {
      return ofFiles(files, session);
    }
    List<ResourceKey> keys = Target.keys(words, Options.namespace(arguments), session.kinds());
    Previewing previewing = new Previewing(session);
    for (ResourceKey key : keys) {
      if (deleted) {
        previewing.show(session.resources().previewDeletion(key).orElseThrow(() -> missing(key)));
      } else {
        ofManifest(key, previewing, session);
      }
    }
    return previewing.result();
  }

  private int ofTemplates(
      ParseResult arguments, Optional<String> template, List<String> files, Session session)
      throws ReconcileException {
    if (files.size() > 1) {
      throw new UsageError("templates are taken from one -f FILE only");
    }
    return templates.compare(
        Options.words(arguments),
        Options.namespace(arguments),
        template,
        files.stream().findFirst(),
        session);
  }

  private static int ofFiles(List<String> files, Session session) throws ReconcileException {
    ManifestArguments.Read read = ManifestArguments.read(files, session);
    List<Problem> problems = ManifestArguments.problems(read, session);
    if (!problems.isEmpty()) {
      problems.forEach(session.err()::println);
      return Previewing.ERROR;
    }
    if (read.manifests().isEmpty()) {
      session.err().println("there is no manifest in " + String.join(", ", files));
      return Previewing.ERROR;
    }
    Previewing previewing = new Previewing(session);
    for (Manifest manifest : read.manifests()) {
      previewing.show(manifest);
    }
    return previewing.result();
  }

  /** Its document as it is in its file now, accepted or not; what has none by its spec in force. */
  private static void ofManifest(ResourceKey key, Previewing previewing, Session session)
      throws ReconcileException {
    Optional<Resources.Document> document = session.resources().document(key);
    if (document.isEmpty()) {
      previewing.show(session.resources().preview(key).orElseThrow(() -> missing(key)));
      return;
    }
    ManifestArguments.Read read =
        ManifestArguments.readOne(Path.of(document.get().file()), key, session);
    List<Problem> problems = ManifestArguments.problems(read, session);
    if (!problems.isEmpty()) {
      problems.forEach(session.err()::println);
      previewing.failed();
      return;
    }
    if (read.manifests().isEmpty()) {
      throw missing(key); // it was removed from the file just now
    }
    previewing.show(read.manifests().getFirst());
  }

  private static Refused missing(ResourceKey key) {
    return new Refused("NotFound", key + " not found", "See pglet get for what there is");
  }
}
