package dev.pglet.reconcile.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A work tree and the real git program, which knows nothing of the settings of whoever runs the
 * test.
 */
public record TestingRepository(Path workTree) {
  /** How a command ended. */
  public record Ended(int code, String out, String err) {}

  /** A new repository with a branch {@code main} and no commit. */
  public static TestingRepository init(Path workTree, String... options) throws Exception {
    Files.createDirectories(workTree);
    TestingRepository repository = new TestingRepository(workTree);
    List<String> command = new ArrayList<>(List.of("init", "-q", "-b", "main"));
    command.addAll(List.of(options));
    repository.git(command.toArray(String[]::new));
    return repository;
  }

  /** Runs a git command that must succeed; what it printed. */
  public String git(String... arguments) throws Exception {
    Ended ended = tryGit(arguments);
    if (ended.code() != 0) {
      throw new AssertionError("git " + String.join(" ", arguments) + ": " + ended);
    }
    return ended.out();
  }

  /** Runs a git command that may fail. */
  public Ended tryGit(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    return run(command, Map.of());
  }

  /** Runs any program in the work tree. */
  public Ended run(List<String> command, Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(workTree.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_CONFIG_NOSYSTEM", "1",
                "GIT_AUTHOR_NAME", "A",
                "GIT_AUTHOR_EMAIL", "a@example.com",
                "GIT_COMMITTER_NAME", "A",
                "GIT_COMMITTER_EMAIL", "a@example.com",
                "GIT_EDITOR", "true",
                "LC_ALL", "C.UTF-8"));
    builder.environment().putAll(environment);
    Path err = Files.createTempFile("git", ".err");
    try {
      Process process = builder.redirectError(err.toFile()).start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), out, Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }

  /** What {@code git status} says; empty: nothing is modified, staged or unknown. */
  public String status() throws Exception {
    return git("status", "--porcelain");
  }

  public Path write(String name, String text) throws IOException {
    Path file = workTree.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return Files.writeString(file, text);
  }

  public void commit(String message) throws Exception {
    git("add", "-A");
    git("commit", "-qm", message);
  }
}
