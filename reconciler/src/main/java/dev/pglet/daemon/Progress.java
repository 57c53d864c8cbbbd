package dev.pglet.daemon;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.observe.EngineListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Tells people what is being done: one line per finished step with its duration; on a terminal also
 * one line below them with what is going on. Thread-safe.
 */
final class Progress implements EngineListener {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean terminal;
  private final Map<ResourceKey, String> running = new HashMap<>();
  private boolean transientLine;

  /**
   * Progress on a stream.
   *
   * @param terminal whether a line can be overwritten
   */
  public Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public synchronized void stepStarted(ResourceKey key, String describe) {
    running.put(key, describe);
    showRunning(key + ": " + describe + " …");
  }

  @Override
  public synchronized void stepFinished(
      ResourceKey key, String step, Duration duration, Optional<ReconcileException> error) {
    String description = running.getOrDefault(key, step);
    running.remove(key);
    if (error.isPresent() && error.get() instanceof DependencyNotReady) {
      // Not a failure: it is tried again as soon as the other resource is there.
      showRunning("%s: %s waits".formatted(key, description));
    } else if (error.isPresent()) {
      line("%s: %s failed: %s".formatted(key, description, error.get().explain()));
    } else {
      line("%s: %s (%s)".formatted(key, description, seconds(duration)));
    }
  }

  @Override
  public synchronized void operationProgress(
      ResourceKey owner, String operation, String name, long done, long total) {
    if (total > 0) {
      showRunning("%s: %s %d %%".formatted(owner, name, Math.min(100, done * 100 / total)));
    }
  }

  @Override
  public synchronized void announced(String change) {
    line(change);
  }

  @Override
  public synchronized void problem(String problem) {
    line("problem: " + problem);
  }

  /** A line of its own, between those of the steps. */
  public synchronized void line(String text) {
    clear();
    out.println(text);
    out.flush();
  }

  /** Removes the line of what is going on, before something else is printed. */
  public synchronized void clear() {
    if (transientLine) {
      out.print(CLEAR_LINE);
      transientLine = false;
    }
  }

  private void showRunning(String text) {
    if (terminal) {
      out.print(CLEAR_LINE + (text.length() > 79 ? text.substring(0, 78) + "…" : text));
      out.flush();
      transientLine = true;
    }
  }

  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0);
  }
}
