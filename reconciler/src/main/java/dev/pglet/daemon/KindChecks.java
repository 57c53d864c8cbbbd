package dev.pglet.daemon;

import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.engine.spec.Specs;
import dev.pglet.reconcile.state.StateDirectory;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the kinds find on this host, each by the whole specs of its manifests. */
record KindChecks(Kinds kinds, Settings settings, InstantSource clock) {
  List<HostCheck> of(Path root, Optional<Snapshot> manifests, OptionalLong daemon)
      throws ReconcileException {
    Collection<Manifest> wanted = manifests.isPresent() ? whole(root, manifests.get()) : List.of();
    List<HostCheck> checks = new ArrayList<>();
    for (KindProvider kind : kinds.providers()) {
      List<CustomResource<?, ?>> resources = new ArrayList<>();
      for (Manifest manifest : wanted) {
        if (manifest.key().kind().equals(kind.crd().kind())) {
          resources.add(manifest.resource());
        }
      }
      checks.addAll(kind.hostChecks(settings, resources, daemon));
    }
    return checks;
  }

  private Collection<Manifest> whole(Path root, Snapshot manifests) throws ReconcileException {
    try (StateDirectory state = StateDirectory.look(settings.state(), clock)) {
      Specs specs = new Specs(kinds.registry(), state.inventory(), root, System::getenv);
      return new TreeMap<>(specs.of(manifests).snapshot().accepted()).values();
    } catch (IOException e) {
      throw new HostUnavailable(
          "StateUnreadable",
          "reading %s: %s".formatted(settings.state(), e),
          "Make it readable for this user",
          e);
    }
  }
}
