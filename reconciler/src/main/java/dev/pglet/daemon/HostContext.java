package dev.pglet.daemon;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Settings;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** For kinds that are asked about the host while no engine runs: nothing long is ever started. */
record HostContext(
    Settings settings, InstantSource clock, Scheduler scheduler, Map<Class<?>, Object> made)
    implements EngineContext {
  private static final Logger LOG = LoggerFactory.getLogger(HostContext.class);

  HostContext(Settings settings, InstantSource clock, Scheduler scheduler) {
    this(settings, clock, scheduler, new HashMap<>());
  }

  @Override
  public Operations operations() {
    return new NoOperations();
  }

  @Override
  public <T> T shared(Class<T> type, Maker<T> make) throws ReconcileException {
    synchronized (made) {
      Object known = made.get(type);
      if (known == null) {
        known = make.make();
        made.put(type, known);
      }
      return type.cast(known);
    }
  }

  @Override
  public boolean executes() {
    return false;
  }

  @Override
  public void announce(String change) {
    LOG.atInfo().addKeyValue("change", change).log("the host was changed");
  }

  @Override
  public void wake(ResourceKey key) {}

  @Override
  public void maxConcurrentRestarts(int most) {}

  private static final class NoOperations implements Operations {
    @Override
    public Optional<OperationState> find(String id) {
      return Optional.empty();
    }

    @Override
    public void start(OperationRequest request, OperationTask task) {
      throw new IllegalStateException(
          "no operation can run without an engine: " + request.name() + " " + request.id());
    }

    @Override
    public void cancel(String id) {}

    @Override
    public void forget(String id) {}
  }
}
