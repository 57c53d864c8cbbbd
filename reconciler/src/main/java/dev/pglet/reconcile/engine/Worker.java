package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.engine.pass.DependencyGraph;
import dev.pglet.reconcile.engine.pass.PassRunner;
import dev.pglet.reconcile.observe.Meters;
import dev.pglet.reconcile.observe.Meters.Result;
import dev.pglet.reconcile.queue.Backoff;
import dev.pglet.reconcile.queue.Priority;
import dev.pglet.reconcile.queue.WorkQueue;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Takes a key, runs a pass, and turns how it ended into what the queue does next. */
final class Worker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** Each is looked at once a minute at least: a long wait may take a second longer. */
  private static final Duration RESYNC = Duration.ofSeconds(59);

  /** What all workers share. */
  record Shop(
      WorkQueue<ResourceKey> queue,
      Backoff<ResourceKey> backoff,
      PassRunner passes,
      Progress progress,
      DependencyGraph graph,
      Meters meters,
      Scheduler scheduler,
      Map<ResourceKey, Duration> working,
      Set<Thread> replaced) {
    Shop(
        WorkQueue<ResourceKey> queue,
        Backoff<ResourceKey> backoff,
        PassRunner passes,
        Progress progress,
        DependencyGraph graph,
        Meters meters,
        Scheduler scheduler) {
      this(
          queue,
          backoff,
          passes,
          progress,
          graph,
          meters,
          scheduler,
          new ConcurrentHashMap<>(),
          ConcurrentHashMap.newKeySet());
    }

    /** How long all that is being worked on has taken so far, in seconds. */
    double unfinished() {
      Duration now = scheduler.uptime();
      return working.values().stream().mapToDouble(since -> seconds(since, now)).sum();
    }

    /** How long the longest of them has taken so far, in seconds. */
    double longest() {
      Duration now = scheduler.uptime();
      return working.values().stream().mapToDouble(since -> seconds(since, now)).max().orElse(0);
    }

    private static double seconds(Duration since, Duration now) {
      return Math.max(0, now.minus(since).toNanos()) / 1e9;
    }
  }

  private final Shop shop;

  Worker(Shop shop) {
    this.shop = shop;
  }

  @Override
  public void run() {
    try {
      Optional<WorkQueue.Taken<ResourceKey>> taken = shop.queue().take();
      while (taken.isPresent()) {
        work(taken.get());
        if (shop.replaced().remove(Thread.currentThread())) {
          // Somebody else has taken its place meanwhile.
          return;
        }
        taken = shop.queue().take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Works on the caller's thread, until nothing is ready any more. */
  void runReady() {
    for (var taken = shop.queue().poll(); taken.isPresent(); taken = shop.queue().poll()) {
      work(taken.get());
    }
  }

  private void work(WorkQueue.Taken<ResourceKey> taken) {
    shop.meters().queued(taken.waited());
    ResourceKey key = taken.key();
    Duration begin = shop.scheduler().uptime();
    shop.working().put(key, begin);
    try {
      PassRunner.End end = shop.passes().run(key);
      Level level = shop.progress().ended(key, end) ? Level.WARN : Level.DEBUG;
      next(key, end.outcome(), level, shop.scheduler().uptime().minus(begin));
    } catch (Throwable e) {
      // Whatever it is, it must not end the worker, nor lose the key.
      LOG.atError().addKeyValue("key", key).setCause(e).log("a pass broke outside its controller");
      shop.queue().add(key, Priority.RESYNC, shop.backoff().next(key));
    } finally {
      shop.meters().worked(shop.scheduler().uptime().minus(begin));
      shop.working().remove(key);
      shop.queue().done(key);
    }
  }

  /** What is the same as last time is not said again at the same level. */
  private void next(ResourceKey key, Outcome outcome, Level level, Duration took) {
    Optional<ResourceKey> awaited = Optional.empty();
    Result result;
    switch (outcome) {
      case Outcome.Converged c -> {
        result = Result.SUCCESS;
        shop.backoff().forget(key);
        shop.queue().add(key, Priority.RESYNC, RESYNC);
      }
      case Outcome.Waiting waiting -> {
        result = Result.WAITING;
        awaited = waiting.on();
        shop.backoff().forget(key);
        shop.queue().add(key, Priority.RESYNC, waiting.after());
        LOG.atDebug().addKeyValue("key", key).addKeyValue("for", waiting.message()).log("waits");
      }
      case Outcome.Superseded s -> {
        result = Result.SUPERSEDED;
        shop.backoff().forget(key);
        shop.queue().add(key, Priority.EDIT);
      }
      case Outcome.Stalled stalled -> {
        result = Result.STALLED;
        shop.backoff().forget(key);
        shop.queue().add(key, Priority.RESYNC, RESYNC);
        LOG.atLevel(level)
            .addKeyValue("key", key)
            .addKeyValue("reason", stalled.error().reason())
            .addKeyValue("message", stalled.error().explain())
            .log("stalled");
      }
      case Outcome.Failed failed -> {
        result = Result.ERROR;
        Duration after = shop.backoff().next(key);
        shop.queue().add(key, Priority.RESYNC, after);
        LOG.atLevel(level)
            .addKeyValue("key", key)
            .addKeyValue("after", after)
            .addKeyValue("reason", failed.error().reason())
            .addKeyValue("message", failed.error().explain())
            .addKeyValue("attempts", 1 + failed.error().getSuppressed().length)
            .log("failed, tried again later");
      }
      case Outcome.Deleted d -> {
        result = Result.DELETED;
        shop.backoff().forget(key);
        LOG.atInfo().addKeyValue("key", key).log("forgotten");
      }
    }
    shop.graph().waitsFor(key, awaited);
    shop.meters().pass(key.kind(), result, took);
  }
}
