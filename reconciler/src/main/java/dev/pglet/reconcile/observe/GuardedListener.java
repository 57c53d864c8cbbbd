package dev.pglet.reconcile.observe;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells another listener, whose failures are logged and change nothing. Thread-safe as that is. */
public final class GuardedListener implements EngineListener {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedListener.class);

  private final EngineListener other;

  private GuardedListener(EngineListener other) {
    this.other = other;
  }

  public static EngineListener of(EngineListener other) {
    requireNonNull(other, "other is null");
    return other instanceof GuardedListener ? other : new GuardedListener(other);
  }

  private static void guarded(Runnable telling) {
    try {
      telling.run();
    } catch (Throwable e) {
      LOG.atWarn().setCause(e).log("a listener failed to listen");
    }
  }

  @Override
  public void passStarted(ResourceKey key) {
    guarded(() -> other.passStarted(key));
  }

  @Override
  public void stepStarted(ResourceKey key, String describe) {
    guarded(() -> other.stepStarted(key, describe));
  }

  @Override
  public void stepFinished(
      ResourceKey key, String step, Duration duration, Optional<ReconcileException> error) {
    guarded(() -> other.stepFinished(key, step, duration, error));
  }

  @Override
  public void conditionChanged(ResourceKey key, Condition condition) {
    guarded(() -> other.conditionChanged(key, condition));
  }

  @Override
  public void announced(String change) {
    guarded(() -> other.announced(change));
  }

  @Override
  public void operationProgress(
      ResourceKey owner, String operation, String name, long done, long total) {
    guarded(() -> other.operationProgress(owner, operation, name, done, total));
  }

  @Override
  public void problem(String problem) {
    guarded(() -> other.problem(problem));
  }
}
