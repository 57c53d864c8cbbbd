package dev.pglet.it;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.observe.EngineListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers which steps were run, failed ones too. Thread-safe. */
final class Steps implements EngineListener {
  private final List<String> names = new CopyOnWriteArrayList<>();

  @Override
  public void stepFinished(
      ResourceKey key, String step, Duration duration, Optional<ReconcileException> error) {
    names.add(step);
  }

  List<String> names() {
    return List.copyOf(names);
  }

  void forget() {
    names.clear();
  }
}
