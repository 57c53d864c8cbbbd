package dev.pglet.cli.git;

import dev.pglet.manifest.git.GitRepository;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far git is set up to keep statuses out of commits, for one manifest directory. */
public sealed interface GitFilter {
  /** The name of the filter in attributes and configuration. */
  String NAME = "pglet";

  /** The setting with the program that git runs. */
  String PROCESS = "filter." + NAME + ".process";

  /** The directory lies in no repository. */
  record NoRepository() implements GitFilter {}

  /** In a repository that knows nothing of pglet. */
  record NotWanted(Path workTree) implements GitFilter {}

  /** Statuses stay out of commits. */
  record Ready(Path workTree, String command) implements GitFilter {}

  /** The repository wants it, and it does not work. */
  record Broken(String problem, String remedy) implements GitFilter {}

  /** Where a command begins that {@link #command} made. */
  Pattern PROGRAM = Pattern.compile("^'((?:[^']|'\\\\'')*)' git filter");

  /**
   * Speaks for a filter that does not start: it can do nothing, so git takes every file as it is.
   * Without an answer git would end in the middle of a checkout, having removed the manifest that
   * it was about to replace; and a manifest that is missing can cost its data.
   */
  String OTHERWISE =
      " || { echo 'pglet git filter does not start, so statuses go into commits; run: pglet doctor'"
          + " >&2; printf '0016git-filter-server\\n000eversion=2\\n00000000'; cat >/dev/null; }";

  /** Asks git, if the directory lies in a repository at all. */
  static GitFilter of(Path directory) throws HostUnavailable {
    Optional<GitRepository> repository;
    try {
      repository = GitRepository.of(directory);
    } catch (IOException e) {
      return new Broken(
          "the repository of %s cannot be read: %s".formatted(directory, e.getMessage()),
          "Run git -C " + directory + " status to see more");
    }
    if (repository.isEmpty()) {
      return new NoRepository();
    }
    Git git = new Git(directory);
    Git.Ended attribute = git.run("check-attr", "-z", "filter", "--", "probe.yaml", "probe.yml");
    if (!attribute.good()) {
      return new Broken(
          "git in %s: %s".formatted(directory, attribute.err().strip()),
          "Run pglet as the owner of the repository");
    }
    if (!attribute.names().contains(NAME)) {
      return new NotWanted(repository.get().workTree());
    }
    String again = "Run: pglet git setup " + directory;
    String command = git.run("config", "--get", PROCESS).text();
    if (command.isEmpty()) {
      return new Broken(
          "this clone's attributes name the filter %s, and its configuration does not say how to"
                  .formatted(NAME)
              + " run it, so statuses would go into commits",
          again);
    }
    Optional<Path> program = program(command);
    if (program.isPresent() && !Files.isExecutable(program.get())) {
      return new Broken(
          "%s names %s, which is gone, so statuses would go into commits"
              .formatted(PROCESS, program.get()),
          again);
    }
    return new Ready(repository.get().workTree(), command);
  }

  /** The command for git's configuration, which a shell reads. */
  static String command(Path launcher) {
    return "'" + launcher.toString().replace("'", "'\\''") + "' git filter" + OTHERWISE;
  }

  /** The program of a command that {@link #command} made; empty for somebody's own. */
  private static Optional<Path> program(String command) {
    Matcher matcher = PROGRAM.matcher(command);
    return matcher.find()
        ? Optional.of(Path.of(matcher.group(1).replace("'\\''", "'")))
        : Optional.empty();
  }
}
