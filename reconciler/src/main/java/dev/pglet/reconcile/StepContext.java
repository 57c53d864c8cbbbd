package dev.pglet.reconcile;

import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.ResourceKey;
import io.fabric8.kubernetes.client.CustomResource;

/** What a step may know of the pass that runs it. */
public interface StepContext {
  ResourceKey key();

  Identity identity();

  /** The resource that the plan was made for. */
  <R extends CustomResource<?, ?>> R resource(Class<R> type);

  /** The view that the plan was made with: what other controllers observed. */
  World world();

  /** The absolute directory whose manifest this is, for markers. */
  String manifestRoot();

  /** Whether a newer spec waits. A step that takes long asks, and stops at a safe point. */
  boolean superseded();
}
