package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.Operations;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Scheduler;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.gate.Holds;
import dev.pglet.reconcile.engine.gate.Restarts;
import dev.pglet.reconcile.engine.pass.DependencyGraph;
import dev.pglet.reconcile.engine.pass.Kind;
import dev.pglet.reconcile.engine.pass.LiveOperations;
import dev.pglet.reconcile.engine.spec.Specs;
import dev.pglet.reconcile.engine.store.ApiObjects;
import dev.pglet.reconcile.engine.store.ResourceTable;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.engine.store.WatchHub;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.queue.Activity;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import dev.pglet.reconcile.state.StateDirectory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an engine and somebody who only looks are both made of. */
record Assembly(
    EngineParts parts,
    StateDirectory state,
    KindRegistry registry,
    Map<String, Kind<?, ?, ?, ?>> kinds,
    ApiObjects objects,
    ResourceTable table,
    WatchHub watches,
    DependencyGraph graph,
    Holds holds,
    Restarts restarts,
    LiveOperations operations) {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private record Context(
      boolean executes,
      Settings settings,
      InstantSource clock,
      Scheduler scheduler,
      Operations operations,
      Consumer<ResourceKey> waker,
      Restarts restarts,
      EngineListener listener,
      Map<Class<?>, Object> common)
      implements EngineContext {
    @Override
    public <T> T shared(Class<T> type, Maker<T> make) throws ReconcileException {
      synchronized (common) {
        Object made = common.get(type);
        if (made == null) {
          made = make.make();
          common.put(type, made);
        }
        return type.cast(made);
      }
    }

    @Override
    public void announce(String change) {
      LOG.atInfo().addKeyValue("change", change).log("the host was changed");
      listener.announced(change);
    }

    @Override
    public void wake(ResourceKey key) {
      waker.accept(key);
    }

    @Override
    public void maxConcurrentRestarts(int most) {
      restarts.allow(most);
    }
  }

  /**
   * Builds the controllers, and brings what they know of the host into the inventory.
   *
   * @param executes whether it is for an engine, and not for somebody who only looks
   */
  static Assembly of(
      boolean executes,
      EngineParts parts,
      StateDirectory state,
      Activity activity,
      Consumer<ResourceKey> wake)
      throws ReconcileException {
    Holds holds = new Holds(wake);
    Restarts restarts = new Restarts(parts.scheduler(), wake);
    LiveOperations operations =
        new LiveOperations(
            state.journals(),
            holds,
            activity,
            parts.clock(),
            parts.scheduler(),
            parts.listener(),
            wake);
    Context context =
        new Context(
            executes,
            parts.settings(),
            parts.clock(),
            parts.scheduler(),
            operations,
            wake,
            restarts,
            parts.listener(),
            new HashMap<>());
    Map<String, Kind<?, ?, ?, ?>> kinds = new LinkedHashMap<>();
    List<CrdDefinition> definitions = new ArrayList<>();
    for (KindProvider provider : parts.kinds()) {
      CrdDefinition crd = provider.crd();
      definitions.add(crd);
      kinds.put(crd.kind(), Kind.of(crd, provider.controller(context)));
    }
    KindRegistry registry = new KindRegistry(definitions);
    ApiObjects objects = new ApiObjects(registry);
    WatchHub watches = new WatchHub(parts.clock().instant());
    Assembly assembly =
        new Assembly(
            parts,
            state,
            registry,
            kinds,
            objects,
            new ResourceTable(objects, watches),
            watches,
            new DependencyGraph(),
            holds,
            restarts,
            operations);
    assembly.adoptKnown();
    return assembly;
  }

  Intake intake(boolean prune, Intake.Effects effects) {
    BriefLooks looks = new BriefLooks();
    Pruning pruning =
        new Pruning(
            prune,
            state.inventory().held(parts.manifests().root().toString()),
            parts.guard(),
            key -> losesData(looks, key),
            kind -> (int) table.all().stream().filter(t -> t.key().kind().equals(kind)).count(),
            state.events(),
            parts.scheduler(),
            effects);
    Specs specs = new Specs(registry, state.inventory(), parts.manifests().root(), System::getenv);
    return new Intake(
        parts.manifests(),
        kinds,
        table,
        objects,
        state,
        specs,
        graph,
        parts.clock(),
        pruning,
        effects);
  }

  /** The markers on the host are the memory; the inventory follows them. */
  private void adoptKnown() throws ReconcileException {
    Map<ResourceKey, Known> known = new TreeMap<>();
    for (Kind<?, ?, ?, ?> kind : kinds.values()) {
      for (Known one : kind.known()) {
        known.merge(one.key(), one, (first, second) -> first.retained() ? second : first);
      }
    }
    List<InventoryEntry> adopted = new ArrayList<>();
    for (Known one : known.values()) {
      Optional<InventoryEntry> entry = state.inventory().find(one.key());
      if (entry.isEmpty()) {
        adopted.add(found(one));
      } else if (!entry.get().identity().uid().equals(one.uid())) {
        restoreIdentity(entry.get(), one).ifPresent(adopted::add);
      }
    }
    state.inventory().putAll(adopted);
  }

  /**
   * The entry as the marker has it; empty when that is of a resource of the same name elsewhere.
   */
  private Optional<InventoryEntry> restoreIdentity(InventoryEntry entry, Known known) {
    if (!entry.root().equals(known.manifestRoot())) {
      warn(
          known.key(),
          "DataOfAnother",
          "what lies in %s was made for the %s of the manifests in %s, and is not taken for that of %s: it is left alone"
              .formatted(known.place(), known.key(), known.manifestRoot(), entry.root()));
      return Optional.empty();
    }
    warn(
        known.key(),
        "IdentityRestored",
        "the uid of %s is %s, as its marker on the host says".formatted(known.key(), known.uid()));
    return Optional.of(entry.identifiedAs(known.uid()));
  }

  private void warn(ResourceKey key, String reason, String message) {
    state.events().add(key, Event.Type.WARNING, reason, message);
  }

  private InventoryEntry found(Known known) {
    return InventoryEntry.unread(
        known.key(),
        new Identity(known.uid(), 1),
        known.manifestRoot(),
        parts.clock().instant(),
        known.retained());
  }

  /** Whether the deletion of a resource would remove data, or nobody can tell. */
  private boolean losesData(BriefLooks looks, ResourceKey key) {
    Optional<Tracked> tracked = table.find(key);
    if (tracked.isEmpty()) {
      return true;
    }
    Tracked deleted =
        tracked.get().deletedFor(new Tombstone(parts.clock().instant(), "what if it were deleted"));
    return looks.orTrue(key, () -> kind(key).see(deleted, table).losesData());
  }

  Kind<?, ?, ?, ?> kind(ResourceKey key) {
    Kind<?, ?, ?, ?> kind = kinds.get(key.kind());
    if (kind == null) {
      throw new IllegalArgumentException("unknown kind " + key.kind());
    }
    return kind;
  }

  /** What is there that is not in the table. */
  List<Unmanaged> unmanaged() {
    String root = parts.manifests().root().toString();
    List<Unmanaged> unmanaged = new ArrayList<>();
    Map<String, List<Known>> asked = new HashMap<>();
    for (InventoryEntry entry : state.inventory().all()) {
      ResourceKey key = entry.key();
      if (!entry.root().equals(root) || entry.retained() || table.find(key).isEmpty()) {
        String place =
            asked.computeIfAbsent(key.kind(), this::known).stream()
                .filter(known -> known.key().equals(key))
                .map(Known::place)
                .findFirst()
                .orElse("");
        unmanaged.add(Unmanaged.of(entry, root, place));
      }
    }
    return unmanaged;
  }

  /** All that the host has of a kind; nothing where it cannot be read. */
  List<Known> known(String kindName) {
    Kind<?, ?, ?, ?> kind = kinds.get(kindName);
    try {
      return kind == null ? List.of() : kind.known();
    } catch (ReconcileException e) {
      LOG.atWarn().addKeyValue("kind", kindName).setCause(e).log("what there is cannot be read");
      return List.of();
    }
  }
}
