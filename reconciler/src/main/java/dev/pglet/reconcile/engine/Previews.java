package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Wait;
import dev.pglet.reconcile.engine.pass.Consents;
import dev.pglet.reconcile.engine.pass.Reporter;
import dev.pglet.reconcile.engine.pass.Sight;
import dev.pglet.reconcile.engine.store.Tracked;
import java.util.List;
import java.util.Optional;

/** Makes previews: a pass that ends after the plan. */
record Previews(Assembly assembly) {
  Optional<Preview> of(ResourceKey key) {
    return assembly.table().find(key).map(this::of);
  }

  private Preview of(Tracked tracked) {
    if (tracked.blocked().isPresent()) {
      return failed(tracked, tracked.blocked().get());
    }
    try {
      Sight sight = assembly.kind(tracked.key()).see(tracked, assembly.table());
      return new Preview(
          tracked.key(),
          tracked.deleting(),
          tracked.paused(),
          sight.plan().steps().stream()
              .map(step -> new Preview.PlannedStep(step.name(), step.describe(), step.risk()))
              .toList(),
          tracked.deleting()
              ? Optional.empty()
              : Consents.planId(sight.plan(), tracked.entry().identity()),
          sight.plan().awaiting().map(Wait::message),
          sight.plan().beyond(),
          sight.invalid().map(error -> Reporter.explain(assembly.table(), tracked, error)));
    } catch (ReconcileException e) {
      return failed(tracked, e);
    }
  }

  private Preview failed(Tracked tracked, ReconcileException error) {
    return new Preview(
        tracked.key(),
        tracked.deleting(),
        tracked.paused(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.of(Reporter.explain(assembly.table(), tracked, error)));
  }
}
