package dev.pglet.it;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.observe.EngineListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Remembers which passes and steps were run, failed ones too. Thread-safe. */
final class Steps implements EngineListener {
  private final List<String> names = new CopyOnWriteArrayList<>();
  private final List<ResourceKey> passes = new CopyOnWriteArrayList<>();
  private volatile Consumer<ResourceKey> copying = _ -> {};

  @Override
  public void passStarted(ResourceKey key) {
    passes.add(key);
  }

  @Override
  public void operationProgress(
      ResourceKey owner, String operation, String name, long done, long total) {
    copying.accept(owner);
  }

  @Override
  public void stepFinished(
      ResourceKey key, String step, Duration duration, Optional<ReconcileException> error) {
    names.add(step);
  }

  List<String> names() {
    return List.copyOf(names);
  }

  /** Whose passes have begun. */
  List<ResourceKey> passes() {
    return List.copyOf(passes);
  }

  /** What is done again and again in the middle of the copy for a resource. */
  void whileCopying(Consumer<ResourceKey> act) {
    copying = act;
  }

  void forget() {
    names.clear();
    passes.clear();
  }
}
