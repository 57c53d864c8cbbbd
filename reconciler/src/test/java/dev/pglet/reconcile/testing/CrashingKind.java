package dev.pglet.reconcile.testing;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.World;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Set;

/** A kind whose steps pass by a crash point. */
record CrashingKind(KindProvider kind, CrashPoint point) implements KindProvider {
  @Override
  public CrdDefinition crd() {
    return kind.crd();
  }

  @Override
  public List<Command> commands() {
    return kind.commands();
  }

  @Override
  public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
    return crashing(kind.controller(context));
  }

  private <R extends CustomResource<?, T>, T, O, S extends Step> Controller<R, T, O, S> crashing(
      Controller<R, T, O, S> controller) {
    return new CrashingController<>(controller, point);
  }

  private record CrashingController<R extends CustomResource<?, T>, T, O, S extends Step>(
      Controller<R, T, O, S> controller, CrashPoint point) implements Controller<R, T, O, S> {
    @Override
    public Set<ResourceKey> dependencies(R resource) {
      return controller.dependencies(resource);
    }

    @Override
    public O observe(R resource, World world) throws ReconcileException {
      return controller.observe(resource, world);
    }

    @Override
    public Plan<S> plan(R resource, O observed) throws InvalidSpec {
      return controller.plan(resource, observed);
    }

    @Override
    public Plan<S> planDeletion(R resource, O observed) {
      return controller.planDeletion(resource, observed);
    }

    @Override
    public Plan<S> planDataDeletion(R resource, O observed) {
      return controller.planDataDeletion(resource, observed);
    }

    @Override
    public void execute(S step, StepContext context) throws ReconcileException {
      point.reach("before " + step.name() + " of " + context.key());
      controller.execute(step, context);
      point.reach("after " + step.name() + " of " + context.key());
    }

    @Override
    public T status(R resource, O observed) {
      return controller.status(resource, observed);
    }

    @Override
    public String dataIdentity(R resource, O observed) {
      return controller.dataIdentity(resource, observed);
    }

    @Override
    public boolean available(R resource, O observed) {
      return controller.available(resource, observed);
    }

    @Override
    public List<Known> known() throws ReconcileException {
      return controller.known();
    }

    @Override
    public boolean keeps(ResourceKey key) throws ReconcileException {
      return controller.keeps(key);
    }

    @Override
    public void moveTo(Known known, String manifestRoot) throws ReconcileException {
      point.reach("before moving " + known.key());
      controller.moveTo(known, manifestRoot);
      point.reach("after moving " + known.key());
    }

    @Override
    public List<String> cleanup() throws ReconcileException {
      return controller.cleanup();
    }
  }
}
