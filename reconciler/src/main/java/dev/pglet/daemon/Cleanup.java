package dev.pglet.daemon;

import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.state.DurableFiles;
import dev.pglet.reconcile.state.StateLock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Removes all that pglet has made on a data root. Only what it knows by name or marker is removed:
 * the data root may be a directory that the user keeps other things in.
 */
public final class Cleanup {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Settings settings;
  private final Remains.Removal removal;
  private final List<Controller<?, ?, ?, ?>> controllers;

  Cleanup(Settings settings, List<KindProvider> kinds, HostContext context)
      throws ReconcileException {
    this(settings, kinds, context, Remains.Removal.ON_DISK);
  }

  Cleanup(Settings settings, List<KindProvider> kinds, HostContext context, Remains.Removal removal)
      throws ReconcileException {
    this.settings = settings;
    this.removal = removal;
    this.controllers = new ArrayList<>();
    for (KindProvider kind : kinds) {
      controllers.add(kind.controller(context));
    }
  }

  /**
   * Whether there is nothing that could be a server, or data, of pglet. The state alone does not
   * tell: servers outlive its loss.
   */
  public static boolean nothingOf(Settings settings) {
    return Stream.of(
            settings.state(),
            settings.dataRoot().resolve("pools"),
            settings.volumes(),
            settings.secrets(),
            settings.managed())
        .allMatch(Files::notExists);
  }

  /** What there is, a line each. */
  public List<String> announce() throws ReconcileException {
    List<String> lines = new ArrayList<>();
    lines.add("data root " + settings.dataRoot());
    lines.add("run directory " + settings.runDirectory());
    for (Controller<?, ?, ?, ?> controller : controllers) {
      for (Known known : controller.known()) {
        lines.add(known.key() + (known.retained() ? " (retained data)" : ""));
      }
    }
    return lines;
  }

  /**
   * Waits until no daemon holds the data root, and removes everything.
   *
   * @return whether no volume is left
   * @throws Refused when a daemon still holds it after that time
   */
  public boolean run(PrintStream out, Duration patience) throws ReconcileException {
    try {
      Files.createDirectories(settings.state());
    } catch (IOException e) {
      throw incomplete(e);
    }
    try (StateLock _ = lock(patience)) {
      cleanUpKinds(out);
      List<Path> left = new Remains(settings, removal).remove();
      left.forEach(
          path -> out.println("left alone, because it is not known to be pglet's: " + path));
      out.printf(
          "Removed what pglet had made in %s and %s. The manifests are as they were.%n",
          settings.dataRoot(), settings.runDirectory());
      return left.stream().noneMatch(path -> path.startsWith(settings.volumes()));
    } catch (IOException e) {
      throw incomplete(e);
    }
  }

  private HostUnavailable incomplete(IOException e) {
    return new HostUnavailable(
        "CleanupIncomplete",
        "removing what pglet has made in %s and %s: %s"
            .formatted(settings.dataRoot(), settings.runDirectory(), e),
        "Correct that and run pglet cleanup --all --data again; it goes on from there",
        e);
  }

  /** All of them; when one could not, the memory of where its things are must stay. */
  private void cleanUpKinds(PrintStream out) throws ReconcileException {
    Optional<ReconcileException> failure = Optional.empty();
    for (Controller<?, ?, ?, ?> controller : controllers) {
      try {
        controller.cleanup().forEach(out::println);
      } catch (ReconcileException e) {
        failure.ifPresent(e::addSuppressed);
        failure = Optional.of(e);
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private StateLock lock(Duration patience) throws ReconcileException {
    long begin = System.nanoTime(); // whatever the clock says
    while (true) {
      try {
        return StateLock.take(settings.state(), DurableFiles.onDisk());
      } catch (Refused e) {
        if (System.nanoTime() - begin > patience.toNanos()) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_TRIES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
