package dev.pglet.reconcile.engine.pass;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.DependencyNotReady;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.engine.gate.Holds;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.queue.Activity;
import dev.pglet.reconcile.state.Journals;
import dev.pglet.reconcile.state.Journals.End;
import dev.pglet.reconcile.state.Journals.Journal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Operations on virtual threads, with their journals in the state directory. Thread-safe. */
public final class LiveOperations implements Operations {
  private static final Logger LOG = LoggerFactory.getLogger(LiveOperations.class);
  private static final Duration GRACE = Duration.ofSeconds(30);

  /** So long after it was cancelled what takes too long is interrupted. */
  private static final Duration REACTION = Duration.ofSeconds(30);

  private final Journals journals;
  private final Holds holds;
  private final Activity activity;
  private final InstantSource clock;
  private final Scheduler scheduler;
  private final EngineListener listener;
  private final Consumer<ResourceKey> wake;
  private final Map<String, Operation> operations = new HashMap<>();
  private boolean closing;

  /** Finds what was running when the last daemon ended: it is interrupted. */
  public LiveOperations(
      Journals journals,
      Holds holds,
      Activity activity,
      InstantSource clock,
      Scheduler scheduler,
      EngineListener listener,
      Consumer<ResourceKey> wake)
      throws Refused, HostUnavailable {
    this.journals = requireNonNull(journals, "journals is null");
    this.holds = requireNonNull(holds, "holds is null");
    this.activity = requireNonNull(activity, "activity is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.scheduler = requireNonNull(scheduler, "scheduler is null");
    this.listener = requireNonNull(listener, "listener is null");
    this.wake = requireNonNull(wake, "wake is null");
    for (Journal journal : journals.all()) {
      operations.put(journal.id(), new Operation(journal, stateOf(journal)));
    }
  }

  private static OperationState stateOf(Journal journal) {
    return journal
        .end()
        .map(
            end ->
                switch (end) {
                  case SUCCEEDED -> new OperationState.Succeeded();
                  case FAILED -> new OperationState.Failed(journal.reason(), journal.message());
                })
        .orElse(new OperationState.Interrupted());
  }

  @Override
  public synchronized Optional<OperationState> find(String id) {
    return Optional.ofNullable(operations.get(id)).map(operation -> operation.state);
  }

  @Override
  public synchronized void start(OperationRequest request, OperationTask task)
      throws ReconcileException {
    if (operations.containsKey(request.id())) {
      return;
    }
    if (closing) {
      throw new DependencyNotReady(
          "Stopping",
          request.name() + " is not begun: pglet is being stopped",
          "It begins when pglet runs again");
    }
    Journal journal =
        new Journal(
            request.id(),
            request.owner(),
            request.name(),
            request.inputs(),
            clock.instant(),
            Optional.empty(),
            "",
            "");
    Optional<Holds.Taken> taken = holds.take(request.owner(), request.holds());
    if (taken.isPresent()) {
      throw new DependencyNotReady(
          "Held",
          "%s waits: %s is in use by %s"
              .formatted(request.name(), taken.get().key(), taken.get().by()),
          "Nothing needs to be done: it begins when that is free");
    }
    try {
      journals.write(journal);
    } catch (HostUnavailable | RuntimeException | Error e) {
      holds.release(request.owner(), request.holds());
      throw e;
    }
    Operation operation = new Operation(journal, new OperationState.Running(0, 0, false));
    operations.put(request.id(), operation);
    activity.begin();
    operation.alarm = scheduler.schedule(request.limit(), () -> overdue(operation, request));
    operation.thread =
        Optional.of(
            Thread.ofPlatform()
                .daemon()
                .name("pglet-operation-" + request.id())
                .start(() -> work(operation, request, task)));
  }

  private void overdue(Operation operation, OperationRequest request) {
    synchronized (this) {
      if (!(operation.state instanceof OperationState.Running)) {
        return;
      }
      operation.overdue = true;
      cancel(request.id());
      operation.alarm = scheduler.schedule(REACTION, () -> interrupt(operation));
    }
    LOG.atWarn()
        .addKeyValue("operation", request.id())
        .addKeyValue("limit", request.limit())
        .log("operation takes too long and is cancelled");
  }

  private synchronized void interrupt(Operation operation) {
    if (operation.state instanceof OperationState.Running) {
      operation.thread.ifPresent(Thread::interrupt);
    }
  }

  private void work(Operation operation, OperationRequest request, OperationTask task) {
    OperationState end;
    try {
      task.run(operation);
      end = new OperationState.Succeeded();
    } catch (ReconcileException e) {
      end = failed(operation, request, e.reason(), e.explain());
      LOG.atWarn().addKeyValue("operation", request.id()).setCause(e).log("operation failed");
    } catch (RuntimeException | Error e) {
      end =
          failed(
              operation,
              request,
              "Panic",
              "%s broke (%s). This is an error in pglet; the log has the details"
                  .formatted(request.name(), e.getClass().getSimpleName()));
      LOG.atError().addKeyValue("operation", request.id()).setCause(e).log("operation panicked");
    }
    try {
      end(operation, end);
      holds.release(request.owner(), request.holds());
      wake.accept(request.owner());
    } finally {
      activity.end();
    }
  }

  /** What is made of a failure: after the limit it is only how the operation took its end. */
  private synchronized OperationState failed(
      Operation operation, OperationRequest request, String reason, String words) {
    if (!operation.overdue) {
      return new OperationState.Failed(reason, words);
    }
    Duration took = Duration.between(operation.journal.started(), clock.instant());
    return new OperationState.Failed(
        "DeadlineExceeded",
        "%s of %s was cancelled after %s: it may take %s. It ended with: %s"
            .formatted(request.name(), request.owner(), text(took), text(request.limit()), words));
  }

  private static String text(Duration duration) {
    return duration.toHours() >= 2
        ? duration.toHours() + " hours"
        : duration.toMinutes() >= 2
            ? duration.toMinutes() + " minutes"
            : duration.toSeconds() + " s";
  }

  /**
   * A journal that cannot be brought up to date says after a restart that the operation was
   * interrupted, which is true enough to do it again. One that was told to stop because the daemon
   * ends stays interrupted on purpose, unless it was late before.
   */
  private synchronized void end(Operation operation, OperationState end) {
    operation.state = end;
    operation.alarm.cancel();
    // It was for the task, and not for writing down how that ended.
    Thread.interrupted();
    if (closing && !operation.overdue && end instanceof OperationState.Failed) {
      return;
    }
    Journal journal =
        switch (end) {
          case OperationState.Succeeded s -> operation.journal.ended(End.SUCCEEDED, "", "");
          case OperationState.Failed f ->
              operation.journal.ended(End.FAILED, f.reason(), f.message());
          case OperationState.Running r -> operation.journal;
          case OperationState.Interrupted i -> operation.journal;
        };
    try {
      journals.write(journal);
    } catch (HostUnavailable | RuntimeException | Error e) {
      LOG.atWarn()
          .addKeyValue("operation", journal.id())
          .setCause(e)
          .log("the end of an operation is not in its journal");
    }
  }

  @Override
  public synchronized void cancel(String id) {
    Operation operation = operations.get(id);
    if (operation != null) {
      operation.cancelled = true;
      if (operation.state instanceof OperationState.Running running) {
        operation.state = new OperationState.Running(running.done(), running.total(), true);
      }
    }
  }

  @Override
  public synchronized void forget(String id) throws ReconcileException {
    Operation operation = operations.get(id);
    if (operation == null) {
      return;
    }
    if (operation.state instanceof OperationState.Running) {
      throw new IllegalStateException("operation " + id + " runs: cancel it first");
    }
    journals.delete(id);
    operations.remove(id);
  }

  /** Tells all to stop and waits for them, for a while. */
  public void stop() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    synchronized (this) {
      closing = true;
      for (Operation operation : operations.values()) {
        operation.cancelled = true;
        operation.thread.ifPresent(threads::add);
      }
    }
    long deadline = System.nanoTime() + GRACE.toNanos();
    for (Thread thread : threads) {
      Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
      if (!thread.join(left)) {
        LOG.atWarn().addKeyValue("thread", thread.getName()).log("an operation did not stop");
      }
    }
  }

  private final class Operation implements OperationContext {
    private final Journal journal;
    private OperationState state;
    private volatile boolean cancelled;
    private boolean overdue;
    private Scheduler.Scheduled alarm = () -> {};
    private Optional<Thread> thread = Optional.empty();

    Operation(Journal journal, OperationState state) {
      this.journal = journal;
      this.state = state;
    }

    @Override
    public void progress(long done, long total) {
      synchronized (LiveOperations.this) {
        state = new OperationState.Running(done, total, cancelled);
      }
      listener.operationProgress(journal.owner(), journal.id(), journal.name(), done, total);
    }

    @Override
    public boolean cancelled() {
      return cancelled;
    }
  }
}
