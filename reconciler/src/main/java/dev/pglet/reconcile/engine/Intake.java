package dev.pglet.reconcile.engine;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.engine.loss.CutOffFiles;
import dev.pglet.reconcile.engine.pass.DependencyGraph;
import dev.pglet.reconcile.engine.pass.Kind;
import dev.pglet.reconcile.engine.pass.PruneBlock;
import dev.pglet.reconcile.engine.spec.Judgements;
import dev.pglet.reconcile.engine.spec.Specs;
import dev.pglet.reconcile.engine.spec.Whole;
import dev.pglet.reconcile.engine.store.ApiObjects;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import dev.pglet.reconcile.state.StateDirectory;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Brings what the manifests say into the inventory and then into the table, in this order: nothing
 * is acted on that would be forgotten by a crash. One scan at a time.
 */
final class Intake {
  /** What a scan leads to. */
  interface Effects {
    /** The user changed it, or it is new: a pass at once, without backoff. */
    void edited(ResourceKey key);

    /** It is no more: whoever has to do with it looks again. */
    void gone(ResourceKey key, Set<ResourceKey> itsDependencies);

    /** What is to be said of it has changed, and nothing else. */
    void lookAgain(ResourceKey key);

    /** Time has passed that a scan waits for. */
    void scanSoon();

    /** For people: see {@code EngineListener.problem}. */
    void problem(String problem);
  }

  private final ManifestSource manifests;
  private final Map<String, Kind<?, ?, ?, ?>> kinds;
  private final ResourceTable table;
  private final ApiObjects objects;
  private final StateDirectory state;
  private final Specs specs;
  private final DependencyGraph graph;
  private final InstantSource clock;
  private final Pruning pruning;
  private final RootDoubt doubt;
  private final CutOffFiles cutOff;
  private final Effects effects;
  private final String root;
  private final Judgements judgements;
  private final Admission admission;
  private final History history;
  private Snapshot last =
      new Snapshot(
          Map.of(), List.of(), false, "not scanned yet", Optional.empty(), Optional.empty());

  Intake(
      ManifestSource manifests,
      Map<String, Kind<?, ?, ?, ?>> kinds,
      ResourceTable table,
      ApiObjects objects,
      StateDirectory state,
      Specs specs,
      DependencyGraph graph,
      InstantSource clock,
      Pruning pruning,
      Effects effects) {
    this.manifests = requireNonNull(manifests, "manifests is null");
    this.kinds = requireNonNull(kinds, "kinds is null");
    this.table = requireNonNull(table, "table is null");
    this.objects = requireNonNull(objects, "objects is null");
    this.state = requireNonNull(state, "state is null");
    this.specs = requireNonNull(specs, "specs is null");
    this.graph = requireNonNull(graph, "graph is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.pruning = requireNonNull(pruning, "pruning is null");
    this.effects = requireNonNull(effects, "effects is null");
    this.root = manifests.root().toString();
    this.doubt = new RootDoubt(state.inventory(), root);
    this.cutOff = new CutOffFiles(manifests, state.inventory(), root);
    this.judgements = new Judgements(table, effects::lookAgain);
    this.admission = new Admission(state, clock, root);
    this.history = new History(state, clock, effects::problem);
  }

  /**
   * Scans and takes in what it finds.
   *
   * @return when to scan again because a file is too young to be accepted
   */
  synchronized Optional<Duration> scan() {
    try {
      takeIn();
    } catch (HostUnavailable e) {
      effects.problem(e.explain());
    }
    return last.settleIn();
  }

  private void takeIn() throws HostUnavailable {
    Whole whole = specs.of(cutOff.review(manifests.scan()));
    Snapshot snapshot = whole.snapshot();
    tellProblems(snapshot);
    last = snapshot;
    doubt.look(snapshot);
    admit(snapshot);
    keep(whole.unresolved());
    dropBlocked(snapshot);
    missing(whole);
    judgements.judge(snapshot);
  }

  synchronized List<Rejected> rejected() {
    return last.rejected();
  }

  /**
   * Refuses a document whose spec cannot be put together.
   *
   * @throws ManifestRejected naming everything that is wrong
   */
  synchronized void requireWhole(String document) throws ManifestRejected {
    List<Problem> problems = new ArrayList<>();
    for (Manifest wanted : specs.read(document)) {
      problems.addAll(specs.problems(wanted));
    }
    if (!problems.isEmpty()) {
      throw new ManifestRejected(problems);
    }
  }

  Specs specs() {
    return specs;
  }

  /** See {@link Specs#whole}. */
  Manifest whole(Manifest raw) throws ManifestRejected {
    return specs.whole(raw);
  }

  List<ResourceKey> held() {
    return pruning.held().stream().sorted().toList();
  }

  /** Whether all files could be judged, and no deletion is still being waited for. */
  synchronized boolean settled() {
    return last.settleIn().isEmpty() && !pruning.undecided();
  }

  private void tellProblems(Snapshot snapshot) {
    snapshot.rejected().stream()
        .filter(rejected -> !last.rejected().contains(rejected))
        .flatMap(rejected -> rejected.problems().stream())
        .forEach(problem -> effects.problem(problem.toString()));
  }

  private void admit(Snapshot snapshot) throws HostUnavailable {
    List<Tracked> admitted = new ArrayList<>();
    for (Manifest manifest : inOrder(changed(snapshot.accepted().values()))) {
      if (!kinds.containsKey(manifest.key().kind())) {
        throw new IllegalStateException("a manifest of an unknown kind: " + manifest.key());
      }
      admitted.add(admission.tracked(manifest));
    }
    admitted.stream().filter(tracked -> tracked.blocked().isEmpty()).forEach(history::accepting);
    state
        .inventory()
        .putAll(
            admitted.stream()
                .filter(tracked -> tracked.blocked().isEmpty())
                .map(Tracked::entry)
                .toList());
    admitted.forEach(this::accept);
  }

  private List<Manifest> changed(Collection<Manifest> manifests) {
    return manifests.stream()
        .filter(
            manifest -> table.find(manifest.key()).filter(known -> same(known, manifest)).isEmpty())
        .toList();
  }

  /** What others' specs are put together from comes first: whoever looks at those looks at it. */
  private List<Manifest> inOrder(Collection<Manifest> manifests) {
    return manifests.stream()
        .sorted(
            Comparator.comparing((Manifest manifest) -> !specs.isLayer(manifest.key().kind()))
                .thenComparing(Manifest::key))
        .toList();
  }

  /** What cannot be put together anew stays as it was last accepted. */
  private void keep(Map<ResourceKey, Manifest> unresolved) throws HostUnavailable {
    List<Tracked> kept = new ArrayList<>();
    for (Manifest manifest : changed(new TreeMap<>(unresolved).values())) {
      admission.asItWas(manifest, objects).ifPresent(kept::add);
    }
    state.inventory().putAll(kept.stream().map(Tracked::entry).toList());
    kept.forEach(this::accept);
  }

  private static boolean same(Tracked known, Manifest manifest) {
    return !known.deleting()
        && known.manifest().isPresent()
        && known.manifest().get().text().equals(manifest.text())
        && known.manifest().get().specHash().equals(manifest.specHash())
        && known.manifest().get().layers().equals(manifest.layers())
        && known.manifest().get().positions().equals(manifest.positions())
        && known.manifest().get().file().equals(manifest.file());
  }

  void accept(Tracked tracked) {
    Optional<Tracked> before = table.find(tracked.key());
    table.accept(tracked);
    Kind<?, ?, ?, ?> kind = kinds.get(tracked.key().kind());
    if (kind != null) {
      graph.dependsOn(tracked.key(), dependencies(kind, tracked));
    }
    if (before.isEmpty() || table.changedSince(tracked.key(), before.get().edit())) {
      effects.edited(tracked.key());
    }
    judgements.layersChanged(before, Optional.of(tracked));
  }

  /** One broken kind must not keep the others' manifests from being taken in. */
  private Set<ResourceKey> dependencies(Kind<?, ?, ?, ?> kind, Tracked tracked) {
    try {
      return kind.dependencies(tracked.resource());
    } catch (Throwable e) {
      effects.problem(
          "%s: its controller broke while naming its dependencies (%s). This is an error in pglet"
              .formatted(tracked.key(), e));
      return Set.of();
    }
  }

  private void dropBlocked(Snapshot snapshot) {
    for (Tracked tracked : table.all()) {
      if (tracked.blocked().isPresent() && !snapshot.accepted().containsKey(tracked.key())) {
        drop(tracked.key());
      }
    }
  }

  void drop(ResourceKey key) {
    Set<ResourceKey> dependencies = graph.dependencies(key);
    Optional<Tracked> before = table.find(key);
    table.remove(key);
    graph.forget(key);
    before.filter(known -> known.blocked().isPresent()).ifPresent(this::forgetConditions);
    effects.gone(key, dependencies);
    judgements.layersChanged(before, Optional.empty());
  }

  /** What was refused is in no inventory: nobody would find its conditions any more. */
  private void forgetConditions(Tracked blocked) {
    try {
      state.conditions().forget(blocked.entry().identity().uid());
    } catch (IOException e) {
      effects.problem("the conditions of %s are not removed: %s".formatted(blocked.key(), e));
    }
  }

  /** What has no manifest keeps its last accepted spec in force until it is pruned. */
  private void missing(Whole whole) throws HostUnavailable {
    Snapshot snapshot = whole.snapshot();
    Set<ResourceKey> missing = new TreeSet<>();
    Set<ResourceKey> prunable = new TreeSet<>();
    Set<ResourceKey> inForce = new TreeSet<>();
    Set<ResourceKey> begun = new TreeSet<>();
    for (InventoryEntry entry : state.inventory().all()) {
      if (entry.root().equals(root)
          && !entry.retained()
          && !snapshot.accepted().containsKey(entry.key())
          && !whole.unresolved().containsKey(entry.key())) {
        recall(entry, snapshot);
        if (entry.tombstone().filter(Tombstone::becauseMissing).isPresent()) {
          begun.add(entry.key());
        } else if (entry.tombstone().isEmpty()) {
          missing.add(entry.key());
          if (entry.resource().isPresent()) {
            prunable.add(entry.key());
          }
          if (table.find(entry.key()).isPresent()) {
            inForce.add(entry.key());
          }
        }
      }
    }
    Map<ResourceKey, PruneBlock> before = pruning.blocked();
    pruning.goOn(snapshot, begun);
    List<ResourceKey> gone =
        pruning.decide(snapshot, doubt.about(snapshot, prunable), missing, inForce);
    tellBlocked(before);
    // First, so that no crash makes one that was held look as if it had just gone.
    state.inventory().hold(root, pruning.held());
    delete(gone, Tombstone.ofMissing(clock.instant(), root));
  }

  private void tellBlocked(Map<ResourceKey, PruneBlock> before) {
    Map<ResourceKey, PruneBlock> after = pruning.blocked();
    Set<ResourceKey> either = new TreeSet<>(before.keySet());
    either.addAll(after.keySet());
    either.stream()
        .filter(key -> !Objects.equals(before.get(key), after.get(key)))
        .forEach(effects::lookAgain);
  }

  /** Why a resource is not deleted although its manifest is gone. */
  Optional<PruneBlock> pruneBlock(ResourceKey key) {
    return Optional.ofNullable(pruning.blocked().get(key));
  }

  /** Why a deletion that was begun does not go on now. */
  Optional<PruneBlock> interruption(ResourceKey key) {
    return pruning.interruption(key);
  }

  private void recall(InventoryEntry entry, Snapshot snapshot) {
    boolean leftAlone = !pruning.enabled() && snapshot.complete() && entry.tombstone().isEmpty();
    Optional<Tracked> known = table.find(entry.key());
    if (leftAlone) {
      known.ifPresent(tracked -> drop(tracked.key()));
    } else if (known.isEmpty()) {
      objects
          .recalled(entry)
          .ifPresent(
              resource ->
                  accept(Admission.fresh(entry, resource, Optional.empty(), Optional.empty())));
    } else if (known.get().manifest().isPresent()) {
      accept(Admission.fresh(entry, known.get().resource(), Optional.empty(), Optional.empty()));
    }
  }

  /** Begins the deletion of resources in the table. The tombstones are on disk before anything. */
  synchronized void delete(List<ResourceKey> keys, Tombstone tombstone) throws HostUnavailable {
    if (keys.isEmpty()) {
      return;
    }
    List<Tracked> deleted = new ArrayList<>();
    for (ResourceKey key : keys) {
      Tracked tracked = table.find(key).orElseThrow();
      // Whoever asks for the data to go asks for more than a deletion that has begun.
      if (!tracked.deleting() || tombstone.data()) {
        deleted.add(buried(tracked, tombstone));
      }
    }
    state.inventory().putAll(deleted.stream().map(Tracked::entry).toList());
    deleted.forEach(this::accept);
    pruning.begun(keys);
  }

  /**
   * Begins the deletion of what an earlier one has kept. It is not in the table before: nothing
   * must take it for something that is to run again.
   */
  synchronized void deleteKept(Tracked kept, Tombstone tombstone) throws HostUnavailable {
    Tracked deleted = buried(kept, tombstone);
    state.inventory().put(deleted.entry());
    accept(deleted);
  }

  private Tracked buried(Tracked tracked, Tombstone tombstone) {
    note(tracked.entry(), "Deleting", tracked.key() + " is being deleted: " + tombstone.why());
    return Admission.fresh(
        tracked.entry().deletedFor(tombstone),
        tracked.resource(),
        Optional.empty(),
        Optional.empty());
  }

  /** Forgets what was deleted; see {@code PassRunner.Burial}. */
  synchronized boolean bury(Tracked tracked, boolean kept) throws HostUnavailable {
    ResourceKey key = tracked.key();
    if (table.changedSince(key, tracked.edit())) {
      return false;
    }
    if (kept) {
      state.inventory().put(tracked.entry().keptAfterDeletion());
    } else {
      state.inventory().remove(key);
      forgetRevisions(tracked);
    }
    drop(key);
    return true;
  }

  /** A file that is left is nobody's: whatever comes by that name has another uid. */
  private void forgetRevisions(Tracked tracked) {
    try {
      state.revisions().forget(tracked.entry().identity().uid());
    } catch (IOException e) {
      effects.problem("the revisions of %s are not removed: %s".formatted(tracked.key(), e));
    }
  }

  private void note(InventoryEntry entry, String reason, String message) {
    state.events().add(entry.key(), Event.Type.NORMAL, reason, message);
  }

  /**
   * Removes the document and begins the deletion, with no scan in between that would take the one
   * for the other.
   *
   * @return false when there is no such resource
   */
  synchronized boolean deleteDocument(ResourceKey key)
      throws IOException, ManifestRejected, HostUnavailable {
    Optional<Tracked> tracked = table.find(key);
    if (tracked.isEmpty()) {
      return false;
    }
    if (tracked.get().manifest().isPresent()) {
      manifests.delete(key);
    } else {
      manifests.requireNotCutOff(key);
    }
    if (tracked.get().blocked().isPresent()) {
      drop(key);
    } else {
      delete(List.of(key), new Tombstone(clock.instant(), "it was deleted explicitly"));
    }
    return true;
  }

  /**
   * Begins the deletions that are held, of those that somebody has seen to be held. First the
   * manifests are read again: one of them may have been put back since.
   *
   * @throws Refused while the manifests cannot tell what is missing
   */
  synchronized List<ResourceKey> confirmHeld(Collection<ResourceKey> shown)
      throws Refused, HostUnavailable {
    takeIn();
    if (!last.complete()) {
      throw new Refused(
          "PruneBlocked",
          "nothing was deleted, because " + last.incompleteBecause(),
          "Once that is put right, look with pglet prune at what is held then, and confirm that");
    }
    // What was held by an earlier engine, and has no spec in force here, stays held.
    List<ResourceKey> held =
        held().stream().filter(shown::contains).filter(key -> table.find(key).isPresent()).toList();
    delete(held, Tombstone.ofConfirmed(clock.instant(), root));
    return held;
  }

  /** Effects for somebody who only looks. */
  static Effects nothing(Consumer<String> problems) {
    return new Effects() {
      @Override
      public void edited(ResourceKey key) {}

      @Override
      public void gone(ResourceKey key, Set<ResourceKey> itsDependencies) {}

      @Override
      public void lookAgain(ResourceKey key) {}

      @Override
      public void scanSoon() {}

      @Override
      public void problem(String problem) {
        problems.accept(problem);
      }
    };
  }
}
