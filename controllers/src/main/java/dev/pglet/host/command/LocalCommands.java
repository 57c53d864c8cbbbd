package dev.pglet.host.command;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.HostUnavailable;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands with {@link ProcessBuilder}. */
public final class LocalCommands implements CommandRunner {
  static final int OUTPUT_LIMIT = 1 << 20;

  /** A child that outlives the command may keep its pipes open; its output is not waited for. */
  private static final Duration DRAIN = Duration.ofSeconds(1);

  @Override
  public Result run(Invocation invocation) throws HostUnavailable {
    String name = invocation.arguments().getFirst();
    Process process = start(invocation);
    Drain stdout = new Drain(process.getInputStream());
    Drain stderr = new Drain(process.getErrorStream());
    try {
      if (!process.waitFor(invocation.deadline().toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        throw new HostUnavailable(
            "CommandTimedOut",
            "%s did not end within %d ms and was killed; its last words: %s"
                .formatted(name, invocation.deadline().toMillis(), lastLine(stderr.text(), "none")),
            "See whether the disk or the host is overloaded");
      }
      stdout.await();
      stderr.await();
      return new Result(process.exitValue(), stdout.text(), stderr.text());
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
      throw new HostUnavailable(
          "Interrupted",
          name + " was interrupted and killed",
          "It is tried again when pglet runs again",
          e);
    }
  }

  private static Process start(Invocation invocation) throws HostUnavailable {
    List<String> command = invocation.arguments();
    if (invocation.account().isPresent()) {
      ServerAccount account = invocation.account().get();
      command = AccountSwitch.apply(account, command);
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .directory(invocation.directory().orElse(Path.of("/")).toFile());
    builder.environment().clear();
    builder.environment().put("PATH", AccountSwitch.SEARCH_PATH);
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(invocation.environment());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new HostUnavailable(
          "CommandNotStarted",
          "cannot start " + invocation.arguments().getFirst() + ": " + e.getMessage(),
          "Install it, or correct its path",
          e);
    }
  }

  private static void kill(Process process) {
    // The descendants first: once the parent is gone they can no longer be found through it.
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  private static String lastLine(String text, String otherwise) {
    return text.lines().filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse(otherwise);
  }

  /** Reads a stream to its end, keeps the beginning. */
  private static final class Drain {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Thread thread;

    Drain(InputStream stream) {
      thread = Thread.ofVirtual().name("drain").start(() -> read(stream));
    }

    private void read(InputStream stream) {
      byte[] buffer = new byte[8192];
      try (stream) {
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
          synchronized (kept) {
            kept.write(buffer, 0, Math.min(n, OUTPUT_LIMIT - kept.size()));
          }
        }
      } catch (IOException e) {
        // The stream of a killed process ends this way.
      }
    }

    void await() throws InterruptedException {
      thread.join(DRAIN);
    }

    String text() {
      synchronized (kept) {
        return kept.toString(StandardCharsets.UTF_8);
      }
    }
  }
}
