package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code apply}: puts documents into the manifest files; nothing is applied if one is bad. */
public final class ApplyCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("apply", "Create or change resources from manifests.")
        .addOption(
            Options.values("FILE|DIR|-", "What to apply; may be repeated.", "-f", "--filename"))
        .addOption(flag("Wait until all of them are ready; needs a daemon.", "--wait"))
        .addOption(timeout("5m"));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> files = arguments.matchedOptionValue("-f", List.of());
    if (files.isEmpty()) {
      throw new UsageError("say what to apply: -f FILE, -f DIR or -f -");
    }
    boolean wait = has(arguments, "--wait");
    if (wait) {
      Waiting.requireDaemon(session);
    }
    ManifestArguments.Read read = ManifestArguments.read(files, session);
    List<Problem> problems = new ArrayList<>(read.problems());
    // A spec that cannot be put together here may be with what the daemon has: it says.
    problems.addAll(
        ManifestArguments.refusals(WholeSpecs.of(read.manifests(), session).manifests(), session));
    if (!problems.isEmpty()) {
      problems.forEach(session.err()::println);
      session.err().println("nothing was applied");
      return Cli.FAILED;
    }
    if (read.manifests().isEmpty()) {
      session.err().println("there is no manifest in " + String.join(", ", files));
      return Cli.FAILED;
    }
    List<ResourceKey> keys = new ArrayList<>();
    for (Manifest manifest : WholeSpecs.layersFirst(read.manifests(), session.kinds())) {
      Resources.Applied applied = session.resources().apply(manifest.text());
      keys.add(applied.key());
      session
          .out()
          .printf(
              "%s %s%s%n",
              applied.key(),
              applied.change().name().toLowerCase(Locale.ROOT),
              session.daemon().isPresent() ? "" : " in " + applied.file());
    }
    if (session.daemon().isEmpty()) {
      session.out().println(NO_DAEMON);
    }
    return wait
        ? new Waiting(session)
            .forCondition(keys, "Ready", "True", timeout(arguments, Duration.ofMinutes(5)))
        : Cli.OK;
  }

  /** What a writing verb says where no daemon acts on it. */
  public static final String NO_DAEMON =
      "No daemon runs: only the files were edited. pglet run DIR makes it so.";
}
