package dev.pglet.cli.verb;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.git.GitFilter;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code validate}: checks manifests without a daemon and without touching anything. */
public final class ValidateCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("validate", "Check manifests; needs no daemon and changes nothing.")
        .addOption(Options.values("FILE|DIR|-", "The same as an argument.", "-f", "--filename"))
        .addOption(Options.flag("Refuse a status too: for what goes into a commit.", "--no-status"))
        .addPositional(Options.words("FILE|DIR|-", "0..*", "Default: the manifest directory."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> paths = new ArrayList<>(Options.words(arguments));
    paths.addAll(arguments.matchedOptionValue("-f", List.of()));
    if (paths.isEmpty()) {
      paths.add(session.local().manifests().toString());
    }
    if (Options.has(arguments, "--no-status") && paths.contains("-")) {
      throw new UsageError("--no-status needs files or directories, not -");
    }
    ManifestArguments.Read read = ManifestArguments.read(paths, session);
    List<Problem> problems = new ArrayList<>(read.problems());
    problems.addAll(duplicates(read.manifests()));
    WholeSpecs whole = WholeSpecs.of(read.manifests(), session);
    problems.addAll(whole.problems());
    problems.addAll(ManifestArguments.refusals(whole.manifests(), session));
    if (Options.has(arguments, "--no-status")) {
      problems.addAll(ManifestArguments.statuses(paths));
    }
    problems.forEach(session.err()::println);
    warnOfGit(paths, session);
    if (!problems.isEmpty()) {
      session.err().printf("%d problem(s) in %d file(s)%n", problems.size(), read.files());
      return Cli.FAILED;
    }
    session
        .out()
        .printf("%d manifest(s) in %d file(s) are valid%n", read.manifests().size(), read.files());
    return Cli.OK;
  }

  /** No manifest is wrong for it, so it does not count. */
  private static void warnOfGit(List<String> paths, Session session) {
    paths.stream()
        .map(Path::of)
        .map(path -> Files.isDirectory(path) ? path : path.toAbsolutePath().getParent())
        .filter(directory -> directory != null && Files.isDirectory(directory))
        .distinct()
        .forEach(
            directory -> {
              try {
                if (GitFilter.of(directory) instanceof GitFilter.Broken broken) {
                  session.err().printf("warning: %s. %s%n", broken.problem(), broken.remedy());
                }
              } catch (HostUnavailable e) {
                session.err().printf("warning: %s%n", e.explain());
              }
            });
  }

  private static List<Problem> duplicates(List<Manifest> manifests) {
    Map<ResourceKey, Manifest> first = new HashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Manifest manifest : manifests) {
      Manifest other = first.putIfAbsent(manifest.key(), manifest);
      if (other != null) {
        problems.add(
            manifest.problem(
                "metadata.name",
                "%s is declared in %s too; remove one of them"
                    .formatted(manifest.key(), other.problem("metadata.name", "").file())));
      }
    }
    return problems;
  }
}
