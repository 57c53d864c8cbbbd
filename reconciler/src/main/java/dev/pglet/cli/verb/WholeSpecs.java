package dev.pglet.cli.verb;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.Layering;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.layer.Layers;
import dev.pglet.manifest.layer.Resolution.Resolved;
import dev.pglet.manifest.layer.Resolution.Unresolved;
import dev.pglet.manifest.layer.Resolver;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Documents with their whole specs, put together from themselves and the manifest directory.
 *
 * @param manifests those whose spec can be put together
 * @param problems why others' cannot
 */
record WholeSpecs(List<Manifest> manifests, List<Problem> problems) {
  static WholeSpecs of(List<Manifest> read, Session session) {
    Map<String, Resolver> resolvers = Resolver.of(session.kinds(), System::getenv);
    List<Manifest> whole = new ArrayList<>(read);
    List<Problem> problems = new ArrayList<>();
    if (resolvers.isEmpty()) {
      return new WholeSpecs(whole, problems);
    }
    List<Manifest> layerDocuments = layers(read, session);
    resolvers.forEach(
        (kind, resolver) -> {
          Layers layers = resolver.layers(layerDocuments, Set.of());
          read.stream()
              .flatMap(
                  manifest -> Optional.ofNullable(layers.refused().get(manifest.key())).stream())
              .forEach(problems::add);
          whole.replaceAll(
              manifest ->
                  manifest.key().kind().equals(kind)
                      ? resolved(resolver, layers, manifest, problems)
                      : manifest);
        });
    return new WholeSpecs(whole, problems);
  }

  private static Manifest resolved(
      Resolver resolver, Layers layers, Manifest manifest, List<Problem> problems) {
    return switch (resolver.resolve(manifest, layers, Optional.empty())) {
      case Resolved resolved -> resolved.manifest();
      case Unresolved unresolved -> {
        problems.addAll(unresolved.problems());
        yield manifest;
      }
    };
  }

  /** The documents that others' specs are put together from. */
  private static List<Manifest> layers(List<Manifest> read, Session session) {
    Set<String> kinds = layerKinds(session.kinds());
    Map<ResourceKey, Manifest> found = new TreeMap<>();
    if (Files.isDirectory(session.local().manifests())) {
      ManifestArguments.read(List.of(session.local().manifests().toString()), session)
          .manifests()
          .forEach(manifest -> found.put(manifest.key(), manifest));
    }
    read.forEach(manifest -> found.put(manifest.key(), manifest));
    return found.values().stream()
        .filter(manifest -> kinds.contains(manifest.key().kind()))
        .toList();
  }

  private static Set<String> layerKinds(KindRegistry kinds) {
    Set<String> names = new HashSet<>();
    for (CrdDefinition kind : kinds.all()) {
      kind.layering()
          .map((Layering layering) -> List.of(layering.templateKind(), layering.hostKind()))
          .ifPresent(names::addAll);
    }
    return names;
  }

  /** What others' specs are put together from first: those cannot be applied without it. */
  static List<Manifest> layersFirst(List<Manifest> manifests, KindRegistry kinds) {
    Set<String> names = layerKinds(kinds);
    List<Manifest> ordered =
        new ArrayList<>(manifests.stream().filter(m -> names.contains(m.key().kind())).toList());
    manifests.stream().filter(m -> !names.contains(m.key().kind())).forEach(ordered::add);
    return ordered;
  }
}
