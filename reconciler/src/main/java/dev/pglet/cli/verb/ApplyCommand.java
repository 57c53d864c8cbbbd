package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;
import static dev.pglet.cli.Options.value;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code apply}: puts documents into the manifest files; nothing is applied if one is bad. */
public final class ApplyCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("apply", "Create or change resources from manifests.")
        .addOption(
            Options.values("FILE|DIR|-", "What to apply; may be repeated.", "-f", "--filename"))
        .addOption(flag("Check, show what diff shows, and write nothing.", "--dry-run"))
        .addOption(flag("Then delete what has the label and is not among them.", "--prune"))
        .addOption(
            value("SELECTOR", "Of which labels --prune deletes: name=value,…", "-l", "--selector"))
        .addOption(flag("Wait until all of them are ready; needs a daemon.", "--wait"))
        .addOption(timeout("5m"));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> files = arguments.matchedOptionValue("-f", List.of());
    if (files.isEmpty()) {
      throw new UsageError("say what to apply: -f FILE, -f DIR or -f -");
    }
    Optional<PruneByLabel> prune = prune(arguments, session);
    boolean dryRun = has(arguments, "--dry-run");
    boolean wait = has(arguments, "--wait");
    if (wait && dryRun) {
      throw new UsageError("--dry-run changes nothing that --wait could wait for");
    }
    if (wait) {
      Waiting.requireDaemon(session);
    }
    ManifestArguments.Read read = ManifestArguments.read(files, session);
    List<Problem> problems = ManifestArguments.problems(read, session);
    if (!problems.isEmpty()) {
      problems.forEach(session.err()::println);
      session.err().println("nothing was applied");
      return Cli.FAILED;
    }
    if (read.manifests().isEmpty()) {
      session.err().println("there is no manifest in " + String.join(", ", files));
      return Cli.FAILED;
    }
    List<ResourceKey> keys = read.manifests().stream().map(Manifest::key).distinct().toList();
    if (dryRun) {
      return show(read.manifests(), keys, prune, session);
    }
    for (Manifest manifest : WholeSpecs.layersFirst(read.manifests(), session.kinds())) {
      apply(manifest, session);
    }
    List<ResourceKey> pruned = prune.isPresent() ? prune.get().delete(keys) : List.of();
    if (session.daemon().isEmpty()) {
      session.out().println(NO_DAEMON);
    }
    return wait ? await(keys, pruned, timeout(arguments, Duration.ofMinutes(5)), session) : Cli.OK;
  }

  private static Optional<PruneByLabel> prune(ParseResult arguments, Session session) {
    String selector = arguments.matchedOptionValue("-l", "");
    if (!has(arguments, "--prune")) {
      if (arguments.hasMatchedOption("-l")) {
        throw new UsageError("-l says what --prune deletes; there is no --prune");
      }
      return Optional.empty();
    }
    return Optional.of(PruneByLabel.of(selector, session));
  }

  private static void apply(Manifest manifest, Session session) throws ReconcileException {
    Resources.Applied applied = session.resources().apply(manifest.text());
    session
        .out()
        .printf(
            "%s %s%s%n",
            applied.key(),
            applied.change().name().toLowerCase(Locale.ROOT),
            session.daemon().isPresent() ? "" : " in " + applied.file());
  }

  private static int show(
      List<Manifest> manifests,
      List<ResourceKey> keys,
      Optional<PruneByLabel> prune,
      Session session)
      throws ReconcileException {
    Previewing previewing = new Previewing(session);
    for (Manifest manifest : manifests) {
      previewing.show(manifest);
    }
    if (prune.isPresent()) {
      for (ResourceKey key : prune.get().beside(keys)) {
        Optional<Preview> deletion = session.resources().previewDeletion(key);
        if (deletion.isPresent()) {
          previewing.show(deletion.get());
        }
      }
    }
    session.out().println("Nothing was written: it was a dry run.");
    return previewing.result() == Previewing.ERROR ? Cli.FAILED : Cli.OK;
  }

  private static int await(
      List<ResourceKey> keys, List<ResourceKey> pruned, Duration timeout, Session session)
      throws ReconcileException {
    Instant end = session.clock().instant().plus(timeout);
    Waiting waiting = new Waiting(session);
    boolean ready = waiting.forCondition(keys, "Ready", "True", timeout) == Cli.OK;
    Duration left = Duration.between(session.clock().instant(), end);
    boolean gone =
        pruned.isEmpty()
            || waiting.forDeletion(pruned, left.isNegative() ? Duration.ZERO : left) == Cli.OK;
    return ready && gone ? Cli.OK : Cli.FAILED;
  }

  /** What a writing verb says where no daemon acts on it. */
  public static final String NO_DAEMON =
      "No daemon runs: only the files were edited. pglet run DIR makes it so.";
}
