package dev.pglet.cli.git;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The git program, run in a directory.
 *
 * @param directory where it runs, whatever repository a hook around this process speaks of
 */
record Git(Path directory) {
  private static final List<String> OF_A_HOOK =
      List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR");

  /** How a command ended. */
  record Ended(int code, String out, String err) {
    boolean good() {
      return code == 0;
    }

    /** What it printed, without the last line end. */
    String text() {
      return out.stripTrailing();
    }

    /** What was listed by {@code -z}. */
    List<String> names() {
      return out.isEmpty() ? List.of() : List.of(out.split("\0", -1)).subList(0, nulls());
    }

    private int nulls() {
      return (int) out.chars().filter(c -> c == 0).count();
    }
  }

  Ended run(String... arguments) throws HostUnavailable {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    OF_A_HOOK.forEach(builder.environment()::remove);
    builder.environment().put("LC_ALL", "C.UTF-8");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return text(process.getErrorStream().readAllBytes());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      String out = text(process.getInputStream().readAllBytes());
      return new Ended(process.waitFor(), out, err.join());
    } catch (IOException e) {
      throw new HostUnavailable(
          "NoGit",
          "git cannot be run in %s: %s".formatted(directory, e.getMessage()),
          "Install it, for example with: sudo apt-get install git",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnavailable(
          "Interrupted", "waiting for git in " + directory, "Run it again", e);
    }
  }

  /** Runs a command that must succeed. */
  Ended must(String... arguments) throws ReconcileException {
    Ended ended = run(arguments);
    if (!ended.good()) {
      throw refusal(ended, String.join(" ", arguments));
    }
    return ended;
  }

  private Refused refusal(Ended ended, String command) {
    String first = ended.err().lines().findFirst().orElse("exit code " + ended.code());
    String remedy =
        first.contains("dubious ownership")
            ? "Run pglet as the owner of the repository, or trust it: git config --global --add"
                + " safe.directory "
                + first.replaceFirst(".*'(.*)'.*", "$1")
            : first.contains("not a git repository")
                ? "Make it one: git init " + directory
                : "Run it by hand to see more: git -C " + directory + " " + command;
    return new Refused(
        "GitRefuses", "git in %s: %s".formatted(directory, first.stripTrailing()), remedy);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
