package dev.pglet.reconcile.engine.preview;

import static java.util.Objects.requireNonNull;

import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.Difference;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Step;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.Wait;
import dev.pglet.reconcile.engine.pass.Consents;
import dev.pglet.reconcile.engine.pass.Kind;
import dev.pglet.reconcile.engine.pass.Reporter;
import dev.pglet.reconcile.engine.pass.Sight;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes previews: a pass that ends after the plan. Thread-safe. */
public final class Previews {
  private final Map<String, Kind<?, ?, ?, ?>> kinds;
  private final ResourceTable table;

  public Previews(Map<String, Kind<?, ?, ?, ?>> kinds, ResourceTable table) {
    this.kinds = Map.copyOf(kinds);
    this.table = requireNonNull(table, "table is null");
  }

  /**
   * What a pass would do to a resource.
   *
   * @param wanted which need not be in the table
   * @param created whether nothing of that name was accepted before
   * @param differences of its spec from the one in force
   */
  public Preview of(Tracked wanted, boolean created, List<Difference> differences) {
    if (wanted.blocked().isPresent()) {
      return failed(wanted, created, differences, wanted.blocked().get());
    }
    Kind<?, ?, ?, ?> kind = kinds.get(wanted.key().kind());
    if (kind == null) {
      throw new IllegalArgumentException("unknown kind " + wanted.key().kind());
    }
    try {
      return seen(wanted, created, differences, kind.see(wanted, table));
    } catch (ReconcileException e) {
      return failed(wanted, created, differences, e);
    } catch (RuntimeException e) {
      return failed(wanted, created, differences, broken(wanted, e));
    }
  }

  private Preview seen(Tracked wanted, boolean created, List<Difference> differences, Sight sight) {
    return new Preview(
        wanted.key(),
        created,
        wanted.deleting(),
        wanted.paused(),
        differences,
        planned(sight.plan().steps()),
        wanted.deleting() ? Optional.empty() : Consents.planId(sight, wanted.entry()),
        sight.plan().awaiting().map(Wait::message),
        sight.plan().beyond(),
        planned(sight.plan().deferred()),
        sight.invalid().map(this::problems).orElse(List.of()),
        sight.upToDate());
  }

  private static List<Preview.PlannedStep> planned(List<? extends Step> steps) {
    return steps.stream()
        .map(step -> new Preview.PlannedStep(step.name(), step.describe(), step.risk()))
        .toList();
  }

  private Preview failed(
      Tracked wanted, boolean created, List<Difference> differences, ReconcileException error) {
    return new Preview(
        wanted.key(),
        created,
        wanted.deleting(),
        wanted.paused(),
        differences,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        problems(error),
        false);
  }

  private List<Preview.Problem> problems(ReconcileException error) {
    List<? extends ReconcileException> all =
        error instanceof InvalidSpec invalid ? invalid.all() : List.of(error);
    return all.stream()
        .map(each -> new Preview.Problem(each.field(), Reporter.withRival(table, each)))
        .toList();
  }

  private static StepFailed broken(Tracked wanted, RuntimeException cause) {
    return new StepFailed(
        "Panic",
        "%s: its controller broke while looking at it (%s)".formatted(wanted.key(), cause),
        "This is an error in pglet",
        cause);
  }
}
