package dev.pglet.template;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Retry;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Step;
import java.util.Set;

/** The steps of a kind that makes nothing on the host: there are none. */
enum NoStep implements Step {
  ;

  @Override
  public String describe() {
    return name();
  }

  @Override
  public Risk risk() {
    return Risk.SAFE;
  }

  @Override
  public Retry retry() {
    return Retry.NONE;
  }

  @Override
  public Set<ResourceKey> holds() {
    return Set.of();
  }
}
