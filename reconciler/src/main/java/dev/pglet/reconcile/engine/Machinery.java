package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.engine.gate.Deadlines;
import dev.pglet.reconcile.engine.pass.Consents;
import dev.pglet.reconcile.engine.pass.PassRunner;
import dev.pglet.reconcile.engine.pass.Reporter;
import dev.pglet.reconcile.engine.pass.StepRunner;
import dev.pglet.reconcile.engine.pass.Wakeups;
import dev.pglet.reconcile.observe.Health;
import dev.pglet.reconcile.observe.Meters;
import dev.pglet.reconcile.queue.Activity;
import dev.pglet.reconcile.queue.Backoff;
import dev.pglet.reconcile.queue.Priority;
import dev.pglet.reconcile.queue.WorkQueue;
import dev.pglet.reconcile.state.StateDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What turns inside an engine: workers, scans, wake-ups. Thread-safe. */
final class Machinery implements Intake.Effects, Wakeups {
  private static final Logger LOG = LoggerFactory.getLogger(Machinery.class);
  private static final int WORKERS = 4;
  private static final Duration RESCAN = Duration.ofSeconds(30);

  /** What pglet writes changes nothing but the places of what is behind it. */
  private static final Duration OWN = Duration.ofSeconds(2);

  private final AtomicInteger hints = new AtomicInteger();
  private final AtomicBoolean scanIsDue = new AtomicBoolean();
  private final AtomicBoolean ownScanIsDue = new AtomicBoolean();
  private final Stirrings stirrings = new Stirrings();
  private final Activity activity = new Activity(stirrings::stir);
  private final EngineParts parts;
  private final Assembly assembly;
  private final WorkQueue<ResourceKey> queue;
  private final Backoff<ResourceKey> backoff = Backoff.standard(new Random());
  private final Progress progress;
  private final Intake intake;
  private final Worker.Shop shop;
  private final Health health = new Health();
  private final Deadlines deadlines;
  private final WorkerPool workers;
  private Scheduler.Scheduled rescans = () -> {};
  private boolean started;
  private volatile boolean scanned;
  private volatile boolean stopping;

  private Machinery(EngineParts parts, StateDirectory state) throws ReconcileException {
    this.parts = parts;
    queue = new WorkQueue<>(parts.scheduler(), activity);
    assembly = Assembly.of(true, parts, state, activity, this::wake);
    intake = assembly.intake(parts.prune(), this);
    deadlines = new Deadlines(parts.scheduler(), this::problem, this::slow);
    progress = new Progress(assembly.table(), backoff::failures);
    Meters meters = new Meters(parts.meters(), assembly.kinds().keySet(), WORKERS);
    meters.queue(queue, WorkQueue::depth, WorkQueue::adds);
    shop =
        new Worker.Shop(
            queue,
            backoff,
            passes(state, meters),
            progress,
            assembly.graph(),
            meters,
            parts.scheduler());
    workers = new WorkerPool(shop, parts.scheduler(), stirrings);
    meters.activeWorkers(shop, all -> all.working().size());
    meters.unfinished(shop, Worker.Shop::unfinished, Worker.Shop::longest);
    health.register(Health.Probe.READYZ, "scan", this::notScanned);
    health.register(Health.Probe.HEALTHZ, "workers", this::stuck);
  }

  static Machinery of(EngineParts parts, StateDirectory state) throws ReconcileException {
    return new Machinery(parts, state);
  }

  private PassRunner passes(StateDirectory state, Meters meters) {
    Reporter reporter =
        new Reporter(
            assembly.table(),
            parts.manifests(),
            state.conditions(),
            state.events(),
            parts.clock(),
            parts.listener(),
            intake::pruneBlock,
            this);
    return new PassRunner(
        new PassRunner.Tools(
            assembly.kinds(),
            assembly.table(),
            parts.manifests(),
            new Consents(state.inventory(), assembly.table()),
            assembly.holds(),
            assembly.restarts(),
            deadlines,
            new StepRunner(parts.scheduler(), activity),
            reporter,
            intake::bury,
            intake::interruption,
            assembly.graph(),
            state.events(),
            meters,
            parts.listener(),
            parts.clock(),
            () -> stopping));
  }

  Assembly assembly() {
    return assembly;
  }

  Intake intake() {
    return intake;
  }

  Activity activity() {
    return activity;
  }

  Health health() {
    return health;
  }

  synchronized void start() {
    startWithoutWorkers();
    workers.start(WORKERS);
  }

  synchronized void startWithoutWorkers() {
    if (started || stopping) {
      throw new IllegalStateException("an engine is started once");
    }
    started = true;
    scan();
    rescans = parts.scheduler().every(RESCAN, this::scan);
  }

  void workReady() {
    new Worker(shop).runReady();
  }

  private void slow(Thread worker) {
    workers.replace(worker);
  }

  /** Scans on the caller's thread. */
  void scan() {
    activity.begin();
    try {
      intake.scan().ifPresent(this::rescan);
      scanned = true;
    } catch (RuntimeException e) {
      scanBroke(e);
    } catch (Error e) {
      scanBroke(e);
      throw e;
    } finally {
      activity.end();
    }
  }

  private void scanBroke(Throwable e) {
    LOG.atError().setCause(e).log("a scan of the manifests broke");
    problem("scanning the manifests broke (" + e + "); this is an error in pglet, see the log");
  }

  /** Scans soon. Until that is done nothing counts as having come to an end. */
  void hint() {
    // One that has not begun sees all that this one would.
    if (scanIsDue.compareAndSet(false, true)) {
      soon(
          () -> {
            scanIsDue.set(false);
            scan();
          });
    }
  }

  /** As above, and later for files that pglet itself has written. */
  void hint(Set<Path> changed) {
    if (changed.isEmpty()) {
      hint();
      return;
    }
    soon(
        () -> {
          if (!parts.manifests().isAccepted(changed)) {
            hint();
          } else if (ownScanIsDue.compareAndSet(false, true)) {
            rescan(OWN, () -> ownScanIsDue.set(false));
          }
        });
  }

  private void soon(Runnable task) {
    hints.incrementAndGet();
    parts
        .scheduler()
        .schedule(
            Duration.ZERO,
            () -> {
              try {
                if (!stopping) {
                  task.run();
                }
              } finally {
                hints.decrementAndGet();
                stirrings.stir();
              }
            });
  }

  void rescan(Duration after) {
    rescan(after, () -> {});
  }

  private void rescan(Duration after, Runnable begins) {
    parts
        .scheduler()
        .schedule(
            after,
            () -> {
              begins.run();
              if (!stopping) {
                scan();
              }
            });
  }

  private void wake(ResourceKey key) {
    if (assembly.table().find(key).isPresent()) {
      queue.add(key, Priority.EDIT);
    }
  }

  @Override
  public void edited(ResourceKey key) {
    backoff.forget(key);
    queue.add(key, Priority.EDIT);
    assembly.graph().dependents(key).forEach(this::wake);
  }

  @Override
  public void gone(ResourceKey key, Set<ResourceKey> itsDependencies) {
    backoff.forget(key);
    progress.forget(key);
    queue.forget(key);
    assembly.restarts().release(key);
    assembly.graph().dependents(key).forEach(this::wake);
    itsDependencies.forEach(this::wake);
  }

  @Override
  public void lookAgain(ResourceKey key) {
    wake(key);
  }

  @Override
  public void scanSoon() {
    hint();
  }

  @Override
  public void problem(String problem) {
    LOG.atWarn().addKeyValue("problem", problem).log("problem");
    parts.listener().problem(problem);
  }

  @Override
  public void conditionsChanged(ResourceKey key, boolean becameAvailable) {
    for (ResourceKey dependent : assembly.graph().dependents(key)) {
      if (becameAvailable) {
        backoff.forget(dependent);
      }
      wake(dependent);
    }
  }

  @Override
  public void rescanThenRetry(ResourceKey key, Duration after) {
    rescan(after);
    queue.add(key, Priority.EDIT, after.plus(after));
  }

  Convergence standing(boolean timedOut) {
    return progress.convergence(intake.rejected(), timedOut);
  }

  boolean settled() {
    return scanned
        && hints.get() == 0
        && activity.idle()
        && intake.settled()
        && progress.allEnded();
  }

  Convergence converge(Duration timeout) throws InterruptedException {
    Duration deadline = parts.scheduler().uptime().plus(timeout);
    Scheduler.Scheduled alarm = parts.scheduler().schedule(timeout, stirrings::stir);
    try {
      long seen = stirrings.count();
      while (!settled()) {
        if (parts.scheduler().uptime().compareTo(deadline) >= 0) {
          return standing(true);
        }
        seen = stirrings.awaitAfter(seen);
      }
      return standing(false);
    } finally {
      alarm.cancel();
    }
  }

  void stop() throws InterruptedException {
    synchronized (this) {
      stopping = true;
    }
    rescans.cancel();
    queue.shutDown();
    assembly.operations().stop();
    Set<ResourceKey> left = workers.end();
    if (!left.isEmpty()) {
      problem(
          "%s did not end in time and is left behind; it is looked at again when pglet runs again"
              .formatted(left));
    }
  }

  private Optional<String> notScanned() {
    return scanned ? Optional.empty() : Optional.of("the manifests have not been scanned yet");
  }

  private Optional<String> stuck() {
    List<ResourceKey> stuck = deadlines.stuck();
    return stuck.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s was cancelled after its deadline and goes on all the same"
                .formatted(stuck.getFirst()));
  }
}
