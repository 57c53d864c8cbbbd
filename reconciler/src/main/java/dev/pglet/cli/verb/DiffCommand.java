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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code diff}: what would be done, and nothing of it. */
public final class DiffCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "diff",
            "Show what would change: fields, then steps with their risk. Changes nothing.",
            "Exits with 0 when there is no difference, 1 when there is one, 2 when that is not known.")
        .addOption(Options.values("FILE|DIR|-", "As if these were applied.", "-f", "--filename"))
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
    boolean deleted = has(arguments, "--deleted");
    if (files.isEmpty() == words.isEmpty()) {
      throw new UsageError("say what to compare: -f FILE, or KIND/NAME…");
    }
    if (deleted && words.isEmpty()) {
      throw new UsageError("--deleted needs KIND/NAME…");
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
