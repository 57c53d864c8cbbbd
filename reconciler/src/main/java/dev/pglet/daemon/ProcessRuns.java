package dev.pglet.daemon;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Session;
import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.daemon.settings.LogLevel;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.observe.EngineListener;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs engines in this process, which a signal ends gracefully. */
final class ProcessRuns implements EngineRuns {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessRuns.class);

  /** Longer than the engine takes at most to end what runs, and to write its status. */
  private static final Duration GRACE = Duration.ofSeconds(150);

  private final DaemonSettings settings;
  private final Kinds kinds;
  private final ObservedHost host;
  private final PrintStream err;

  ProcessRuns(DaemonSettings settings, Kinds kinds, ObservedHost host, PrintStream err) {
    this.settings = settings;
    this.kinds = kinds;
    this.host = host;
    this.err = err;
  }

  @Override
  public int watch(Path manifests) throws ReconcileException {
    Logging.setUp(settings.logLevel().orElse(LogLevel.INFO), err);
    requireDirectory(manifests);
    try (Signals signals = new Signals();
        Daemon daemon =
            Daemon.start(
                settings,
                manifests,
                new Daemon.Plan(EngineListener.NONE, true, true),
                kinds.providers())) {
      signals.end(daemon::end);
      LOG.atInfo()
          .addKeyValue("manifests", manifests)
          .addKeyValue("dataRoot", settings.places().dataRoot())
          .addKeyValue("socket", settings.settings().apiSocket())
          .addKeyValue("pid", ProcessHandle.current().pid())
          .log("watching; servers keep running when this ends");
      daemon.awaitEnd();
      LOG.atInfo().log("ending; servers keep running");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Cli.OK;
  }

  @Override
  public boolean once(Session session, Path manifests, boolean prune, Duration timeout)
      throws ReconcileException {
    Logging.setUp(settings.logLevel().orElse(LogLevel.ERROR), err);
    requireDirectory(manifests);
    Progress progress = new Progress(session.out(), Boolean.getBoolean("pglet.terminal"));
    try (Signals signals = new Signals();
        Daemon daemon =
            Daemon.start(
                settings, manifests, new Daemon.Plan(progress, prune, false), kinds.providers())) {
      Thread converging = Thread.currentThread();
      signals.end(converging::interrupt);
      Convergence convergence = daemon.engine().converge(timeout);
      signals.end(() -> {});
      progress.clear();
      new Summary(session.out(), session.err()).print(daemon, convergence);
      return convergence.succeeded();
    } catch (InterruptedException e) {
      progress.line("Interrupted: the servers are left as they are.");
      return false;
    }
  }

  @Override
  public boolean onceForAll(Session session, Set<ResourceKey> keys, Duration timeout)
      throws ReconcileException {
    Set<Path> roots = new LinkedHashSet<>();
    for (ResourceKey key : keys) {
      roots.add(host.rootOf(key));
    }
    boolean good = true;
    for (Path root : List.copyOf(roots)) {
      good &= once(session, root, false, timeout);
    }
    return good;
  }

  private static void requireDirectory(Path manifests) throws HostUnavailable {
    if (!Files.isDirectory(manifests)) {
      throw new HostUnavailable(
          "NoManifestDirectory",
          manifests + " is no directory",
          "Create it and put manifests into it, or begin with pglet quickstart");
    }
  }

  /** SIGTERM and SIGINT ask what runs to end; the process waits until it has. */
  private static final class Signals implements AutoCloseable {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("pglet-signal").unstarted(this::signalled);
    private volatile Runnable end = () -> {};

    Signals() {
      Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What a signal does from now on. */
    void end(Runnable ending) {
      end = ending;
    }

    private void signalled() {
      end.run();
      try {
        if (!ended.await(GRACE.toSeconds(), TimeUnit.SECONDS)) {
          LOG.atWarn().addKeyValue("seconds", GRACE.toSeconds()).log("a step did not end in time");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      ended.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        LOG.atDebug().log("the process is ending already");
      }
    }
  }
}
