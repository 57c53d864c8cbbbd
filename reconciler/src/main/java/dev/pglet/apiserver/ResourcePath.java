package dev.pglet.apiserver;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import java.util.List;
import java.util.Optional;

/**
 * A path below {@code /apis}: the objects of a kind, in all namespaces or in one, or one object.
 *
 * @param name present only together with a namespace
 */
record ResourcePath(CrdDefinition kind, Optional<String> namespace, Optional<String> name) {
  /**
   * Reads {@code [apis, GROUP, VERSION, PLURAL]} or {@code […, namespaces, NS, PLURAL[, NAME]]}.
   */
  static Optional<ResourcePath> of(List<String> segments, KindRegistry kinds) {
    if (segments.size() == 4) {
      return kind(segments, segments.get(3), kinds)
          .map(kind -> new ResourcePath(kind, Optional.empty(), Optional.empty()));
    }
    if ((segments.size() == 6 || segments.size() == 7) && segments.get(3).equals("namespaces")) {
      Optional<String> name =
          segments.size() == 7 ? Optional.of(segments.get(6)) : Optional.empty();
      return kind(segments, segments.get(5), kinds)
          .map(kind -> new ResourcePath(kind, Optional.of(segments.get(4)), name));
    }
    return Optional.empty();
  }

  private static Optional<CrdDefinition> kind(
      List<String> segments, String plural, KindRegistry kinds) {
    String apiVersion = segments.get(1) + "/" + segments.get(2);
    return kinds.all().stream()
        .filter(kind -> kind.apiVersion().equals(apiVersion) && kind.plural().equals(plural))
        .findFirst();
  }

  Optional<ResourceKey> key() {
    return namespace.flatMap(ns -> name.map(n -> new ResourceKey(kind.kind(), ns, n)));
  }

  ApiError notFound() {
    return new ApiError(
        404,
        "NotFound",
        "%s.%s \"%s\" not found".formatted(kind.plural(), kind.group(), name.orElse("")));
  }
}
