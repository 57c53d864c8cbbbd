package dev.pglet.daemon;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Settings;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** For kinds that are asked about the host while no engine runs: nothing long is ever started. */
record HostContext(
    Settings settings, InstantSource clock, Scheduler scheduler, Map<Class<?>, Object> made)
    implements EngineContext {
  HostContext(Settings settings, InstantSource clock, Scheduler scheduler) {
    this(settings, clock, scheduler, new ConcurrentHashMap<>());
  }

  @Override
  public Operations operations() {
    return new NoOperations();
  }

  @Override
  public <T> T shared(Class<T> type, Supplier<T> make) {
    return type.cast(made.computeIfAbsent(type, key -> make.get()));
  }

  @Override
  public void wake(ResourceKey key) {}

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
