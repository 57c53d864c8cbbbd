package dev.pglet.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.LocalHost;
import dev.pglet.daemon.settings.DaemonSettings;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.engine.Observed;
import dev.pglet.reconcile.engine.SystemScheduler;
import dev.pglet.reconcile.engine.Unmanaged;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What this process sees of the host where no daemon runs. */
public final class ObservedHost implements LocalHost {
  private final DaemonSettings settings;
  private final Kinds kinds;
  private final InstantSource clock;
  private @Nullable List<Observed> observed;

  ObservedHost(DaemonSettings settings, Kinds kinds, InstantSource clock) {
    this.settings = settings;
    this.kinds = kinds;
    this.clock = clock;
  }

  @Override
  public Resources observe() throws ReconcileException {
    return new ManyRoots(observed());
  }

  @Override
  public SpecRules rules(String kind) throws ReconcileException {
    return kinds.providers().stream()
        .filter(provider -> provider.crd().kind().equals(kind))
        .map(KindProvider::rules)
        .findFirst()
        .orElse(SpecRules.NONE);
  }

  @Override
  public Path manifests() {
    return settings.places().manifests();
  }

  @Override
  public List<ObjectNode> events() throws ReconcileException {
    try (StateDirectory state = StateDirectory.look(settings.settings().state(), clock)) {
      return state.events().all().stream().map(EventObjects::event).toList();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public List<String> rejected() throws ReconcileException {
    List<String> lines = new ArrayList<>();
    for (Observed root : observed()) {
      root.rejected().forEach(rejected -> lines.addAll(EventObjects.lines(rejected)));
    }
    return lines;
  }

  @Override
  public Optional<ObjectNode> wholeSpec(ResourceKey key, Optional<String> template, String instead)
      throws ReconcileException {
    for (Observed root : observed()) {
      Optional<ObjectNode> report = root.report(key, template, instead);
      if (report.isPresent()) {
        return report;
      }
    }
    return Optional.empty();
  }

  @Override
  public List<ObjectNode> unmanaged() throws ReconcileException {
    Map<ResourceKey, Unmanaged> everywhere = new TreeMap<>();
    List<Observed> all = observed();
    all.getFirst().unmanaged().forEach(each -> everywhere.put(each.key(), each));
    for (Observed other : all.subList(1, all.size())) {
      everywhere.keySet().retainAll(other.unmanaged().stream().map(Unmanaged::key).toList());
    }
    return everywhere.values().stream().map(EventObjects::unmanaged).toList();
  }

  /**
   * The directories whose manifests this data root has served: the chosen one alone, if one was
   * chosen.
   */
  public List<Path> roots() throws ReconcileException {
    Set<Path> roots = new LinkedHashSet<>();
    roots.add(manifests());
    if (!settings.places().manifestsChosen()) {
      try (StateDirectory state = StateDirectory.look(settings.settings().state(), clock)) {
        for (InventoryEntry entry : state.inventory().all()) {
          roots.add(Path.of(entry.root()));
        }
      } catch (IOException e) {
        throw unreadable(e);
      }
    }
    List<Path> there = roots.stream().filter(Files::isDirectory).toList();
    return there.isEmpty() ? List.of(manifests()) : there;
  }

  private HostUnavailable unreadable(IOException e) {
    return new HostUnavailable(
        "StateUnreadable",
        "reading %s: %s".formatted(settings.settings().state(), e),
        "Make it readable for this user",
        e);
  }

  private List<Observed> observed() throws ReconcileException {
    List<Observed> found = observed;
    if (found == null) {
      found = new ArrayList<>();
      KindRegistry registry = kinds.registry();
      SystemScheduler scheduler = new SystemScheduler();
      for (Path root : roots()) {
        found.add(
            Observed.open(
                EngineParts.of(
                    settings.settings(),
                    kinds.providers(),
                    ManifestRoots.withManaged(
                        ManifestRoots.open(root, registry, clock, scheduler, settings.user()),
                        settings.settings(),
                        registry,
                        clock,
                        scheduler,
                        settings.user(),
                        false),
                    clock,
                    scheduler)));
      }
      observed = found;
    }
    return found;
  }

  /** The root that has a key's manifest; the default one when none has. */
  public Path rootOf(ResourceKey key) throws ReconcileException {
    List<Path> roots = roots();
    List<Observed> there = observed();
    for (int i = 0; i < roots.size(); i++) {
      if (there.get(i).get(key).isPresent()) {
        return roots.get(i);
      }
    }
    return manifests();
  }
}
