package dev.pglet.it;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Settings;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Optional;

/** Enough of an engine to let a kind clean up. */
record CleaningContext(Settings settings, Scheduler scheduler) implements EngineContext {
  @Override
  public InstantSource clock() {
    return Clock.systemUTC();
  }

  @Override
  public Operations operations() {
    return new Operations() {
      @Override
      public Optional<OperationState> find(String id) {
        return Optional.empty();
      }

      @Override
      public void start(OperationRequest request, OperationTask task) {
        throw new IllegalStateException("cleaning up starts nothing");
      }

      @Override
      public void cancel(String id) {}

      @Override
      public void forget(String id) {}
    };
  }

  @Override
  public <T> T shared(Class<T> type, Maker<T> make) throws ReconcileException {
    return make.make();
  }

  @Override
  public boolean executes() {
    return false;
  }

  @Override
  public void announce(String change) {}

  @Override
  public void wake(ResourceKey key) {}

  @Override
  public void maxConcurrentRestarts(int most) {}
}
