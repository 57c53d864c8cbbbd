package dev.pglet.reconcile.engine.pass;

import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.World;
import dev.pglet.reconcile.engine.store.Tracked;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.function.BooleanSupplier;

/** A pass as its steps see it. */
record StepScope(Tracked tracked, World world, BooleanSupplier newer) implements StepContext {
  @Override
  public ResourceKey key() {
    return tracked.key();
  }

  @Override
  public Identity identity() {
    return tracked.entry().identity();
  }

  @Override
  public <R extends CustomResource<?, ?>> R resource(Class<R> type) {
    return type.cast(tracked.resource());
  }

  @Override
  public String manifestRoot() {
    return tracked.entry().root();
  }

  @Override
  public boolean superseded() {
    return newer.getAsBoolean();
  }
}
