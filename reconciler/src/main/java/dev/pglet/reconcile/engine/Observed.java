package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Rejected;
import dev.pglet.reconcile.Outcome;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.reconcile.Wait;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.engine.pass.Kind;
import dev.pglet.reconcile.engine.pass.Reporter;
import dev.pglet.reconcile.engine.pass.Sight;
import dev.pglet.reconcile.engine.pass.Wakeups;
import dev.pglet.reconcile.engine.spec.SpecReview;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.queue.Activity;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.StateDirectory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The resources where no daemon runs: each read observes the host anew, nothing is ever executed,
 * and nothing is locked or written but the manifests that {@link #apply}, {@link #patch}, {@link
 * #replace} and {@link #delete} edit, for the next daemon to act on. Calls exclude one another.
 */
public final class Observed implements Resources {
  private final Assembly assembly;
  private final Intake intake;
  private final Reporter reporter;
  private final Edits edits;
  private final WhatIf whatIf;

  private Observed(Assembly assembly) {
    this.assembly = assembly;
    this.intake = assembly.intake(false, Intake.nothing(assembly.parts().listener()::problem));
    this.edits = new Edits(assembly.parts().manifests());
    // Scans take the files for accepted; what a daemon has accepted is what the state says now.
    Map<ResourceKey, InventoryEntry> accepted = new HashMap<>();
    assembly.state().inventory().all().forEach(entry -> accepted.put(entry.key(), entry));
    this.whatIf = new WhatIf(assembly, key -> Optional.ofNullable(accepted.get(key)));
    this.reporter =
        new Reporter(
            assembly.table(),
            assembly.parts().manifests(),
            assembly.state().conditions(),
            assembly.state().events(),
            assembly.parts().clock(),
            EngineListener.NONE,
            intake::pruneBlock,
            new NobodyToWake());
  }

  private static final class NobodyToWake implements Wakeups {
    @Override
    public void conditionsChanged(ResourceKey key, boolean becameAvailable) {}

    @Override
    public void rescanThenRetry(ResourceKey key, Duration after) {}
  }

  /** Reads the state directory and what is there on the host. */
  public static Observed open(EngineParts parts) throws ReconcileException {
    StateDirectory state = StateDirectory.look(parts.settings().state(), parts.clock());
    return new Observed(Assembly.of(false, parts, state, new Activity(), key -> {}));
  }

  public KindRegistry kinds() {
    return assembly.registry();
  }

  @Override
  public synchronized List<ObjectNode> list(CrdDefinition kind) {
    intake.scan();
    Set<ResourceKey> seen = new TreeSet<>();
    assembly.table().all().stream()
        .map(Tracked::key)
        .filter(key -> key.kind().equals(kind.kind()))
        .forEach(key -> look(key, seen));
    return assembly.table().objects(kind.kind());
  }

  @Override
  public synchronized Optional<ObjectNode> get(ResourceKey key) {
    intake.scan();
    look(key, new TreeSet<>());
    return assembly.table().object(key);
  }

  /** What it depends on is looked at first: its own controller may ask for that. */
  private void look(ResourceKey key, Set<ResourceKey> seen) {
    Optional<Tracked> tracked = assembly.table().find(key);
    if (tracked.isEmpty() || !seen.add(key)) {
      return;
    }
    if (tracked.get().blocked().isPresent()) {
      reporter.look(
          tracked.get(), Optional.empty(), new Outcome.Stalled(tracked.get().blocked().get()));
      return;
    }
    Kind<?, ?, ?, ?> kind = assembly.kind(key);
    kind.dependencies(tracked.get().resource()).forEach(other -> look(other, seen));
    try {
      Sight sight = kind.see(tracked.get(), assembly.table());
      assembly.table().observed(key, sight.observed());
      reporter.look(tracked.get(), Optional.of(sight), outcome(sight));
    } catch (ReconcileException e) {
      reporter.look(tracked.get(), Optional.empty(), new Outcome.Stalled(e));
    } catch (Throwable e) {
      reporter.look(tracked.get(), Optional.empty(), new Outcome.Stalled(broken(key, e)));
    }
  }

  private static StepFailed broken(ResourceKey key, Throwable cause) {
    return new StepFailed(
        "Panic",
        "%s: its controller broke while looking at it (%s)".formatted(key, cause),
        "This is an error in pglet",
        cause);
  }

  private static Outcome outcome(Sight sight) {
    if (sight.invalid().isPresent()) {
      return new Outcome.Stalled(sight.invalid().get());
    }
    if (!sight.plan().steps().isEmpty()) {
      return new Outcome.Waiting(
          "NoDaemon",
          "no pglet runs that would act on it; to do so, use: pglet run",
          Duration.ZERO,
          Optional.empty());
    }
    Optional<Wait> wait = sight.plan().awaiting();
    return wait.isPresent()
        ? new Outcome.Waiting(
            wait.get().reason(), wait.get().message(), wait.get().atMost(), wait.get().resource())
        : new Outcome.Converged();
  }

  @Override
  public synchronized Applied apply(String document) throws ReconcileException {
    intake.scan();
    edits.check(() -> intake.requireWhole(document));
    return edits.apply(document);
  }

  @Override
  public synchronized Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    intake.scan();
    return edits.patch(key, patch, new SpecReview(intake.specs(), assembly.parts().rules()));
  }

  @Override
  public synchronized Optional<Document> document(ResourceKey key) throws ReconcileException {
    return edits.document(key);
  }

  @Override
  public synchronized Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    intake.scan();
    edits.check(() -> intake.requireWhole(document));
    return edits.replace(key, expected, document);
  }

  /**
   * Only removes the document: the next daemon deletes the resource by the rules for missing ones.
   */
  @Override
  public synchronized boolean delete(ResourceKey key) throws ReconcileException {
    intake.scan();
    Optional<Tracked> tracked = assembly.table().find(key);
    if (tracked.isEmpty() || tracked.get().manifest().isEmpty()) {
      return false;
    }
    edits.make(() -> assembly.parts().manifests().delete(key));
    return true;
  }

  /** The manifests that are not in force, and why. */
  public synchronized List<Rejected> rejected() {
    intake.scan();
    return intake.rejected();
  }

  /** See {@link Engine#report}. */
  public synchronized Optional<ObjectNode> report(
      ResourceKey key, Optional<String> template, String instead) {
    intake.scan();
    return intake.specs().report(key, template, instead);
  }

  /** What happened to a resource, oldest first. */
  public List<Event> events(ResourceKey key) {
    return assembly.state().events().of(key);
  }

  /** What happened to all resources, oldest first. */
  public List<Event> events() {
    return assembly.state().events().all();
  }

  @Override
  public synchronized Preview preview(ResourceKey key, String document) throws ReconcileException {
    intake.scan();
    Manifest manifest = edits.make(() -> intake.whole(whatIf.read(key, document)));
    Set<ResourceKey> seen = new TreeSet<>();
    assembly
        .kind(key)
        .dependencies(manifest.resource())
        .forEach(dependency -> look(dependency, seen));
    return whatIf.accepted(manifest);
  }

  @Override
  public synchronized Optional<List<WantedSetting>> settings(ResourceKey key)
      throws ReconcileException {
    intake.scan();
    look(key, new TreeSet<>());
    return whatIf.settings(key);
  }

  @Override
  public List<Revision> revisions(ResourceKey key) throws ReconcileException {
    Optional<InventoryEntry> entry = assembly.state().inventory().find(key);
    return entry.isEmpty() ? List.of() : History.of(entry.get(), assembly.state());
  }

  @Override
  public synchronized Optional<Preview> preview(ResourceKey key) {
    intake.scan();
    look(key, new TreeSet<>());
    return whatIf.unchanged(key);
  }

  @Override
  public synchronized Optional<Preview> previewDeletion(ResourceKey key) {
    intake.scan();
    look(key, new TreeSet<>());
    return whatIf.deleted(key);
  }

  /** What is there that no manifest of the root is about. */
  public synchronized List<Unmanaged> unmanaged() {
    intake.scan();
    return assembly.unmanaged();
  }
}
