package dev.pglet.daemon;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.apiserver.ApiRouter;
import dev.pglet.apiserver.HelidonServer;
import dev.pglet.apiserver.metrics.MetricsPages;
import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.daemon.settings.DataRoot;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.git.GitManifests;
import dev.pglet.manifest.watch.DirectoryWatcher;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.engine.Engine;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.engine.SystemScheduler;
import dev.pglet.reconcile.observe.EngineListener;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running engine with its API and its watcher. Closing it leaves the servers running. */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final CountDownLatch ending = new CountDownLatch(1);
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Path manifests;
  private @Nullable Engine engine;
  private volatile @Nullable DirectoryWatcher watcher;

  private Daemon(Path manifests) {
    this.manifests = manifests;
  }

  private Engine open(DaemonSettings settings, Plan plan, List<KindProvider> kinds)
      throws ReconcileException {
    for (String warning : DataRoot.prepare(settings.settings(), settings.user().isRoot())) {
      LOG.atWarn().log(warning);
    }
    SystemScheduler scheduler = new SystemScheduler();
    parts.push(scheduler);
    InstantSource clock = InstantSource.system();
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    KindRegistry registry = new KindRegistry(kinds.stream().map(KindProvider::crd).toList());
    GitManifests source =
        ManifestRoots.openToWrite(manifests, registry, clock, scheduler, settings.user());
    parts.push(source); // closed after the engine, whose last statuses it tells git of
    ManifestSource all =
        ManifestRoots.withManaged(
            settings.statuses().mode().apply(source, settings.settings().statuses()),
            settings.settings(),
            registry,
            clock,
            scheduler,
            settings.user(),
            true);
    EngineParts engineParts =
        EngineParts.of(settings.settings(), kinds, all, clock, scheduler)
            .listenedToBy(plan.listener())
            .measuredBy(meters)
            .guardedBy(settings.pruning().guard());
    Engine opened = Engine.open(plan.prune() ? engineParts : engineParts.withoutPruning());
    parts.push(opened);
    EngineBackend backend =
        new EngineBackend(
            opened,
            meters,
            manifests,
            settings.places().dataRoot(),
            this::watchTrouble,
            ending::countDown);
    parts.push(HelidonServer.start(settings.settings().apiSocket(), new ApiRouter(backend, clock)));
    if (settings.metrics().address().isPresent()) {
      MetricsPages pages = new MetricsPages(backend::metrics, opened.expositions());
      parts.push(HelidonServer.startOnLoopback(settings.metrics().address().get(), pages::handle));
    }
    if (plan.watch()) {
      DirectoryWatcher started = DirectoryWatcher.start(source.root(), opened::rescan);
      watcher = started;
      parts.push(started);
    }
    return opened;
  }

  private Optional<String> watchTrouble() {
    DirectoryWatcher started = watcher;
    return started == null ? Optional.empty() : started.trouble();
  }

  /**
   * How a daemon runs.
   *
   * @param listener hears of progress
   * @param prune whether resources whose manifests are gone are deleted
   * @param watch whether changes of the directory are noticed at once
   */
  public record Plan(EngineListener listener, boolean prune, boolean watch) {}

  /**
   * Locks the data root, serves the API and starts the engine.
   *
   * @throws ReconcileException when another daemon has the data root, or the host cannot do it
   */
  public static Daemon start(
      DaemonSettings settings, Path manifests, Plan plan, List<KindProvider> kinds)
      throws ReconcileException {
    Daemon daemon = new Daemon(manifests);
    try {
      Engine opened = daemon.open(settings, plan, kinds);
      daemon.engine = opened;
      opened.start();
      return daemon;
    } catch (ReconcileException | RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  public Engine engine() {
    return requireNonNull(engine, "the daemon has not started");
  }

  public Path manifests() {
    return manifests;
  }

  /** Asks it to end: {@link #awaitEnd} returns. */
  public void end() {
    ending.countDown();
  }

  /** Waits until somebody asks it to end. */
  public void awaitEnd() throws InterruptedException {
    ending.await();
  }

  /** Waits until somebody asks it to end, or the time is over. */
  public boolean awaitEnd(Duration timeout) throws InterruptedException {
    return ending.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The API first, then the engine, whose running steps finish. Idempotent. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.atWarn()
            .setCause(e)
            .addKeyValue("part", part.getClass().getSimpleName())
            .log("a part did not close cleanly");
      }
    }
  }
}
