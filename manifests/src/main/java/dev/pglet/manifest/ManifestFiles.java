package dev.pglet.manifest;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The files below a directory that a daemon would read, for somebody who reads them once: whoever
 * checks manifests must not pass over what the daemon rejects, nor mind what it skips. Whom to
 * trust is for the daemon to say.
 *
 * @param problems what looks like a manifest and cannot be one, and what cannot be read
 */
public record ManifestFiles(List<Path> files, List<Problem> problems) {
  public ManifestFiles {
    files = List.copyOf(files);
    problems = List.copyOf(problems);
  }

  /** The paths begin as that of the directory does. */
  public static ManifestFiles below(Path directory) throws IOException {
    Path root = directory.toRealPath();
    Listing.Found found =
        Listing.of(root, FileStamp.of(root).owner(), TrustRule.ofOrdinaryUser(), Set.of(), _ -> {});
    return new ManifestFiles(
        found.files().keySet().stream().map(file -> asGiven(directory, root, file)).toList(),
        found.rejected().stream()
            .flatMap(rejected -> rejected.problems().stream())
            .map(problem -> asGiven(directory, root, problem))
            .toList());
  }

  private static Path asGiven(Path directory, Path root, Path file) {
    return file.equals(root) ? directory : directory.resolve(root.relativize(file));
  }

  private static Problem asGiven(Path directory, Path root, Problem problem) {
    return new Problem(
        asGiven(directory, root, problem.file()),
        problem.line(),
        problem.column(),
        problem.field(),
        problem.message());
  }
}
