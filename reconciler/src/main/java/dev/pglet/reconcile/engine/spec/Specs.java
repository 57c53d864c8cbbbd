package dev.pglet.reconcile.engine.spec;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.Layering;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.FieldPositions;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.manifest.layer.Layers;
import dev.pglet.manifest.layer.Resolution;
import dev.pglet.manifest.layer.Resolution.Resolved;
import dev.pglet.manifest.layer.Resolution.Unresolved;
import dev.pglet.manifest.layer.Resolver;
import dev.pglet.reconcile.state.Inventory;
import dev.pglet.reconcile.state.InventoryEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Puts the specs of a manifest root together, scan by scan. A template or host configuration whose
 * document is missing holds until its deletion has begun: a rename is not a deletion. Thread-safe.
 */
public final class Specs {
  private final Map<String, Resolver> resolvers;
  private final Set<String> layerKinds = new HashSet<>();
  private final Inventory inventory;
  private final String root;
  private final Map<ResourceKey, Manifest> remembered = new HashMap<>();
  private final Map<ResourceKey, Done> done = new HashMap<>();
  private Map<ResourceKey, Manifest> documents = Map.of();
  private Map<ResourceKey, Manifest> scanned = Map.of();

  /** A layer as it was used: when it is the same again, so is the outcome. */
  private record Seen(ResourceKey key, Path file, String specHash, FieldPositions positions) {
    Seen(Manifest layer) {
      this(layer.key(), layer.file(), layer.specHash(), layer.positions());
    }
  }

  private record Done(Manifest raw, Set<Seen> layers, Manifest whole) {}

  /**
   * Nothing is known yet.
   *
   * @param environment the value of a variable, or null
   */
  public Specs(
      KindRegistry kinds,
      Inventory inventory,
      Path root,
      UnaryOperator<@Nullable String> environment) {
    this.resolvers = Resolver.of(kinds, environment);
    this.inventory = requireNonNull(inventory, "inventory is null");
    this.root = root.toString();
    for (Resolver resolver : resolvers.values()) {
      layerKinds.add(resolver.layering().templateKind());
      layerKinds.add(resolver.layering().hostKind());
    }
  }

  /** Whether documents of that kind are part of others' specs. */
  public boolean isLayer(String kind) {
    return layerKinds.contains(kind);
  }

  /** The whole specs of a scan. */
  public synchronized Whole of(Snapshot scanned) {
    this.scanned = scanned.accepted();
    if (resolvers.isEmpty()) {
      return new Whole(scanned, Map.of());
    }
    Map<ResourceKey, Manifest> accepted = new LinkedHashMap<>(scanned.accepted());
    Map<ResourceKey, Manifest> unresolved = new TreeMap<>();
    List<Rejected> rejected = new ArrayList<>(scanned.rejected());
    documents = documents(scanned.accepted());
    for (Map.Entry<String, Resolver> kind : resolvers.entrySet()) {
      Layers layers = kind.getValue().layers(documents.values(), inForce());
      layers.refused().forEach((key, problem) -> refuse(key, List.of(problem), accepted, rejected));
      Optional<Problem> host = hostProblem(kind.getValue().layering(), layers, scanned);
      for (Manifest raw : ofKind(kind.getKey(), scanned)) {
        if (scanned.settleIn().isPresent() && before(raw.key()).isEmpty()) {
          // What is decided when it is made must not depend on which file was read first.
          accepted.remove(raw.key());
          continue;
        }
        Resolution resolution =
            host.isPresent()
                ? new Unresolved(List.of(host.get()))
                : resolved(kind.getValue(), layers, raw);
        switch (resolution) {
          case Resolved whole -> accepted.put(raw.key(), whole.manifest());
          case Unresolved broken -> {
            refuse(raw.key(), broken.problems(), accepted, rejected);
            unresolved.put(raw.key(), raw);
          }
        }
      }
    }
    done.keySet().retainAll(scanned.accepted().keySet());
    return new Whole(snapshot(scanned, accepted, rejected), unresolved);
  }

  private static List<Manifest> ofKind(String kind, Snapshot scanned) {
    return scanned.accepted().values().stream()
        .filter(manifest -> manifest.key().kind().equals(kind))
        .sorted(Comparator.comparing(Manifest::key))
        .toList();
  }

  /** Nobody knows the defaults of the host while their only document is rejected. */
  private static Optional<Problem> hostProblem(Layering layering, Layers layers, Snapshot scanned) {
    if (layers.host().isPresent() || layers.hostUnknown()) {
      return Optional.empty();
    }
    return scanned.rejected().stream()
        .filter(
            rejected ->
                rejected.keys().stream().anyMatch(key -> key.kind().equals(layering.hostKind())))
        .map(rejected -> rejected.problems().getFirst())
        .findFirst();
  }

  private static void refuse(
      ResourceKey key,
      List<Problem> problems,
      Map<ResourceKey, Manifest> accepted,
      List<Rejected> rejected) {
    accepted.remove(key);
    rejected.add(new Rejected(problems.getFirst().file(), problems, Set.of(key)));
  }

  private static Snapshot snapshot(
      Snapshot scanned, Map<ResourceKey, Manifest> accepted, List<Rejected> rejected) {
    if (rejected.size() == scanned.rejected().size()) {
      return new Snapshot(
          accepted,
          rejected,
          scanned.complete(),
          scanned.incompleteBecause(),
          scanned.settleIn(),
          scanned.origin());
    }
    Rejected first = rejected.get(scanned.rejected().size());
    String because =
        first.keys().iterator().next() + " is rejected: " + first.problems().getFirst();
    return new Snapshot(
        accepted,
        rejected,
        false,
        scanned.complete() ? because : scanned.incompleteBecause() + "; " + because,
        scanned.settleIn(),
        scanned.origin());
  }

  /** The good documents of a text; what is wrong with others is not for this to say. */
  public List<Manifest> read(String text) {
    return read(Path.of("the given manifest"), text);
  }

  private List<Manifest> read(Path name, String text) {
    return resolvers.values().stream()
        .findFirst()
        .map(resolver -> resolver.read(name, text))
        .orElse(List.of());
  }

  /** What is wrong with a document that is about to be written, beside what is there now. */
  public synchronized List<Problem> problems(Manifest wanted) {
    Map<ResourceKey, Manifest> then = new TreeMap<>(documents);
    if (isLayer(wanted.key().kind())) {
      then.put(wanted.key(), wanted);
    }
    List<Problem> problems = new ArrayList<>();
    for (Map.Entry<String, Resolver> kind : resolvers.entrySet()) {
      Layers layers = kind.getValue().layers(then.values(), inForce());
      Optional.ofNullable(layers.refused().get(wanted.key())).ifPresent(problems::add);
      if (wanted.key().kind().equals(kind.getKey())
          && kind.getValue().resolve(wanted, layers, before(wanted.key()))
              instanceof Unresolved broken) {
        problems.addAll(broken.problems());
      }
    }
    return problems;
  }

  /**
   * The whole spec of a document of the last scan, and where each value comes from.
   *
   * @param template the name of a template that the document would give; empty: as it is
   * @param instead a text of documents in place of those with the same keys; may be empty
   * @return see {@link SpecReport}; empty when there is no such document
   */
  public synchronized Optional<ObjectNode> report(
      ResourceKey key, Optional<String> template, String instead) {
    Manifest raw = scanned.get(key);
    if (raw == null) {
      return Optional.empty();
    }
    Resolver resolver = resolvers.get(key.kind());
    if (resolver == null) {
      return Optional.of(SpecReport.of(raw, new Resolved(raw)));
    }
    Map<ResourceKey, Manifest> then = new TreeMap<>(documents);
    read(instead).forEach(document -> then.put(document.key(), document));
    Layers layers = resolver.layers(then.values(), inForce());
    return Optional.of(SpecReport.of(raw, resolver.resolve(raw, layers, before(key), template)));
  }

  /**
   * A document with its whole spec, as it would be beside what there is now.
   *
   * @throws ManifestRejected naming everything that keeps it from being put together
   */
  public synchronized Manifest whole(Manifest raw) throws ManifestRejected {
    Resolver resolver = resolvers.get(raw.key().kind());
    if (resolver == null) {
      return raw;
    }
    Layers layers = resolver.layers(documents.values(), inForce());
    return switch (resolver.resolve(raw, layers, before(raw.key()))) {
      case Resolved resolved -> resolved.manifest();
      case Unresolved broken -> throw new ManifestRejected(broken.problems());
    };
  }

  private Resolution resolved(Resolver resolver, Layers layers, Manifest raw) {
    Set<Seen> seen = new HashSet<>();
    layers.host().ifPresent(host -> seen.add(new Seen(host)));
    Done known = done.get(raw.key());
    if (known != null) {
      known.whole().layers().stream()
          .filter(key -> key.kind().equals(resolver.layering().templateKind()))
          .map(layers.templates()::get)
          .filter(template -> template != null)
          .forEach(template -> seen.add(new Seen(template)));
      if (known.raw().equals(raw) && known.layers().equals(seen) && !layers.hostUnknown()) {
        return new Resolved(known.whole());
      }
    }
    Resolution resolution = resolver.resolve(raw, layers, before(raw.key()));
    done.remove(raw.key());
    if (resolution instanceof Resolved whole) {
      done.put(raw.key(), new Done(raw, used(layers, whole.manifest()), whole.manifest()));
    }
    return resolution;
  }

  private static Set<Seen> used(Layers layers, Manifest whole) {
    Set<Seen> used = new HashSet<>();
    layers.host().ifPresent(host -> used.add(new Seen(host)));
    for (ResourceKey key : whole.layers()) {
      Manifest template = layers.templates().get(key);
      if (template != null) {
        used.add(new Seen(template));
      }
    }
    return used;
  }

  /** The documents that can be part of others' specs. */
  private Map<ResourceKey, Manifest> documents(Map<ResourceKey, Manifest> accepted) {
    Map<ResourceKey, Manifest> found = new TreeMap<>();
    for (Manifest manifest : accepted.values()) {
      if (isLayer(manifest.key().kind()) && !belongsElsewhere(manifest.key())) {
        found.put(manifest.key(), manifest);
      }
    }
    for (InventoryEntry entry : inventory.all()) {
      if (holds(entry) && !found.containsKey(entry.key()) && !replaced(entry.key(), found)) {
        missing(entry).ifPresent(manifest -> found.put(entry.key(), manifest));
      }
    }
    return found;
  }

  private boolean belongsElsewhere(ResourceKey key) {
    return inventory.find(key).filter(entry -> !entry.root().equals(root)).isPresent();
  }

  private boolean holds(InventoryEntry entry) {
    return isLayer(entry.key().kind())
        && entry.root().equals(root)
        && entry.tombstone().isEmpty()
        && !entry.retained()
        && !entry.document().isEmpty();
  }

  /** A host configuration that another one has taken the place of is not a second one. */
  private boolean replaced(ResourceKey key, Map<ResourceKey, Manifest> found) {
    return resolvers.values().stream()
        .map(Resolver::layering)
        .map(Layering::hostKind)
        .anyMatch(
            kind ->
                key.kind().equals(kind)
                    && found.keySet().stream().anyMatch(other -> other.kind().equals(kind)));
  }

  private Optional<Manifest> missing(InventoryEntry entry) {
    Manifest known = remembered.get(entry.key());
    if (known != null && known.text().equals(entry.document())) {
      return Optional.of(known);
    }
    Path name = Path.of("the last accepted " + entry.key());
    Optional<Manifest> read = read(name, entry.document()).stream().findFirst();
    read.ifPresent(manifest -> remembered.put(entry.key(), manifest));
    return read;
  }

  private Set<ResourceKey> inForce() {
    Set<ResourceKey> keys = new HashSet<>();
    inventory.all().stream().filter(this::holds).forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  /** The spec that was last accepted here, with all defaults. */
  private Optional<JsonNode> before(ResourceKey key) {
    return inventory
        .find(key)
        .filter(entry -> entry.root().equals(root))
        .flatMap(InventoryEntry::resource)
        .map(resource -> resource.path("spec"));
  }
}
