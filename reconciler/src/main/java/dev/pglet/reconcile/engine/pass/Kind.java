package dev.pglet.reconcile.engine.pass;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.VolatileFields;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.Exposition;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Plan;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepContext;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.World;
import dev.pglet.reconcile.engine.store.ApiObjects;
import dev.pglet.reconcile.engine.store.Tracked;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One kind and its controller, whose types end here: everywhere else they are not known. */
public final class Kind<R extends CustomResource<?, T>, T, O, S extends Step> {
  private final CrdDefinition crd;
  private final Controller<R, T, O, S> controller;

  private Kind(CrdDefinition crd, Controller<R, T, O, S> controller) {
    this.crd = requireNonNull(crd, "crd is null");
    this.controller = requireNonNull(controller, "controller is null");
  }

  public static <R extends CustomResource<?, T>, T, O, S extends Step> Kind<?, ?, ?, ?> of(
      CrdDefinition crd, Controller<R, T, O, S> controller) {
    return new Kind<>(crd, controller);
  }

  public CrdDefinition crd() {
    return crd;
  }

  public Set<ResourceKey> dependencies(CustomResource<?, ?> resource) {
    return controller.dependencies(mine(resource));
  }

  public void moveTo(Known known, String manifestRoot) throws ReconcileException {
    controller.moveTo(known, manifestRoot);
  }

  public Optional<Exposition> exposition() {
    return controller.exposition();
  }

  public void close() {
    controller.close();
  }

  public List<Known> known() throws ReconcileException {
    return controller.known();
  }

  public boolean keeps(ResourceKey key) throws ReconcileException {
    return controller.keeps(key);
  }

  /** Observes and plans. */
  public Sight see(Tracked tracked, World world) throws ReconcileException {
    R resource = mine(tracked.resource());
    O observed = controller.observe(resource, world);
    Plan<S> plan = Plan.empty();
    Optional<InvalidSpec> invalid = Optional.empty();
    if (tracked.deleting()) {
      plan =
          tracked.entry().tombstone().orElseThrow().data()
              ? controller.planDataDeletion(resource, observed)
              : controller.planDeletion(resource, observed);
    } else {
      try {
        plan = controller.plan(resource, observed);
      } catch (InvalidSpec e) {
        invalid = Optional.of(e);
      }
    }
    return new Sight(
        observed,
        plan,
        invalid,
        controller.available(resource, observed),
        status(controller.status(resource, observed)),
        controller.conditions(resource, observed),
        controller.dataIdentity(resource, observed));
  }

  /** Observes, and says by which settings what runs is configured. */
  public List<WantedSetting> settings(Tracked tracked, World world) throws ReconcileException {
    R resource = mine(tracked.resource());
    return controller.settings(resource, controller.observe(resource, world));
  }

  /** Fields of the status that alone are no reason to write it. */
  VolatileFields volatileFields() {
    return new VolatileFields(controller.volatileFields());
  }

  /** Types of conditions whose change is worth an event. */
  Set<String> alerts() {
    return controller.alerts();
  }

  private static ObjectNode status(Object status) {
    return ApiObjects.json(status) instanceof ObjectNode object
        ? object
        : JsonNodeFactory.instance.objectNode();
  }

  /** Runs a step of a plan of this kind. */
  @SuppressWarnings("unchecked") // a plan's steps go back to the controller that planned them
  void execute(Step step, StepContext context) throws ReconcileException {
    controller.execute((S) step, context);
  }

  @SuppressWarnings("unchecked") // a kind's resources are bound to the class of its definition
  private R mine(CustomResource<?, ?> resource) {
    return (R) crd.type().cast(resource);
  }
}
