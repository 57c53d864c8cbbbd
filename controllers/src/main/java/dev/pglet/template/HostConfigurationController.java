package dev.pglet.template;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.World;
import java.util.List;
import java.util.Set;

/** The kind {@code HostConfiguration}. Thread-safe. */
public final class HostConfigurationController
    implements Controller<
        HostConfiguration, HostConfiguration.Status, HostConfigurationObserved, NoStep> {
  private final EngineContext engine;

  public HostConfigurationController(EngineContext engine) {
    this.engine = requireNonNull(engine, "engine is null");
  }

  @Override
  public Set<ResourceKey> dependencies(HostConfiguration resource) {
    return Set.of();
  }

  /** Changes nothing on the host; the engine is told here what it may do from now on. */
  @Override
  public HostConfigurationObserved observe(HostConfiguration resource, World world) {
    ResourceKey key =
        new ResourceKey(
            HostConfiguration.KIND,
            resource.getMetadata().getNamespace(),
            resource.getMetadata().getName());
    engine.maxConcurrentRestarts(
        world.keys(HostConfiguration.KIND).contains(key)
            ? resource.getSpec().maxConcurrentRestarts()
            : HostConfiguration.DEFAULT_CONCURRENT_RESTARTS);
    return new HostConfigurationObserved(world.keys(PostgreSQLInstance.KIND).size());
  }

  @Override
  public Plan<NoStep> plan(HostConfiguration resource, HostConfigurationObserved observed) {
    return Plan.empty();
  }

  @Override
  public Plan<NoStep> planDeletion(HostConfiguration resource, HostConfigurationObserved observed) {
    return Plan.empty();
  }

  @Override
  public void execute(NoStep step, StepContext context) {
    switch (step) {
    }
  }

  @Override
  public HostConfiguration.Status status(
      HostConfiguration resource, HostConfigurationObserved observed) {
    return new HostConfiguration.Status(null, observed.instances(), null);
  }

  @Override
  public boolean available(HostConfiguration resource, HostConfigurationObserved observed) {
    return true;
  }

  @Override
  public List<Known> known() {
    return List.of();
  }
}
