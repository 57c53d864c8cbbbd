package dev.pglet.reconcile.engine.pass;

import static java.util.Objects.requireNonNull;

import dev.failsafe.Execution;
import dev.failsafe.RetryPolicy;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.queue.Activity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one step through the policy that it names. Between tries the worker waits for the scheduler,
 * never longer than two seconds at a time. Thread-safe.
 */
public final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

  private static final double JITTER = 0.2;
  private static final int BUSY_TRIES = 6;
  private static final Duration BUSY_FIRST = Duration.ofMillis(200);
  private static final Duration BUSY_MOST = Duration.ofSeconds(2);
  private static final Duration BUSY_LIMIT = Duration.ofSeconds(10);
  private static final Duration STARTING_FIRST = Duration.ofMillis(100);
  private static final Duration STARTING_MOST = Duration.ofSeconds(2);
  private static final Duration STARTING_LIMIT = Duration.ofSeconds(60);

  private final Scheduler scheduler;
  private final Activity activity;

  public StepRunner(Scheduler scheduler, Activity activity) {
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.activity = requireNonNull(activity, "activity is null");
  }

  /**
   * Runs the step until it works, must not be tried again, or its policy is spent.
   *
   * @throws ReconcileException of the last try; those before are suppressed in it
   */
  void run(Kind<?, ?, ?, ?> kind, Step step, StepContext context) throws ReconcileException {
    Execution<Object> execution = Execution.of(policy(step.retry(), context));
    List<ReconcileException> attempts = new ArrayList<>();
    while (true) {
      try {
        kind.execute(step, context);
        return;
      } catch (ReconcileException e) {
        execution.recordException(e);
        if (execution.isComplete()) {
          throw withAttempts(e, attempts);
        }
        attempts.add(e);
        LOG.atDebug()
            .addKeyValue("key", context.key())
            .addKeyValue("step", step.name())
            .addKeyValue("reason", e.reason())
            .log("a step is tried again");
        pause(execution.getDelay(), e, attempts);
      }
    }
  }

  /** Side by side, not one in the other: they are as many tries of one thing. */
  private static ReconcileException withAttempts(
      ReconcileException last, List<ReconcileException> before) {
    before.stream().filter(attempt -> attempt != last).forEach(last::addSuppressed);
    return last;
  }

  /**
   * Failsafe measures a maximum duration by the system's time; the limit must follow the
   * scheduler's, which is virtual in tests, so it is part of what is handled.
   */
  private RetryPolicy<Object> policy(Retry retry, StepContext context) {
    return switch (retry) {
      case NONE -> RetryPolicy.builder().withMaxRetries(0).build();
      case BUSY ->
          policy(
              BUSY_FIRST,
              BUSY_MOST,
              2,
              BUSY_TRIES - 1,
              scheduler.uptime().plus(BUSY_LIMIT),
              context);
      case STARTING ->
          policy(
              STARTING_FIRST,
              STARTING_MOST,
              1.5,
              -1,
              scheduler.uptime().plus(STARTING_LIMIT),
              context);
    };
  }

  private RetryPolicy<Object> policy(
      Duration first,
      Duration most,
      double factor,
      int retries,
      Duration deadline,
      StepContext context) {
    return RetryPolicy.builder()
        .handleIf(e -> mayPass(e) && scheduler.uptime().compareTo(deadline) < 0)
        .abortIf((result, e) -> context.superseded())
        .withBackoff(first, most, factor)
        .withJitter(JITTER)
        .withMaxRetries(retries)
        .build();
  }

  /** Everything else is the same at the next try, or waits for something else than time. */
  private static boolean mayPass(Throwable e) {
    return e instanceof HostUnavailable || e instanceof StepFailed;
  }

  private void pause(Duration delay, ReconcileException error, List<ReconcileException> attempts)
      throws ReconcileException {
    CountDownLatch over = new CountDownLatch(1);
    AtomicBoolean resumed = new AtomicBoolean();
    Scheduler.Scheduled alarm = scheduler.schedule(delay, () -> resume(resumed, over));
    activity.end();
    try {
      over.await();
    } catch (InterruptedException e) {
      alarm.cancel();
      resume(resumed, over);
      Thread.currentThread().interrupt();
      throw withAttempts(error, attempts);
    }
  }

  private void resume(AtomicBoolean resumed, CountDownLatch over) {
    if (resumed.compareAndSet(false, true)) {
      activity.begin();
      over.countDown();
    }
  }
}
