package dev.pglet.api.meta;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kinds that this process knows. Immutable. */
public final class KindRegistry {
  private final Map<String, CrdDefinition> byKind = new LinkedHashMap<>();

  /** Two definitions of one kind are a broken installation, so that is unchecked. */
  public KindRegistry(Collection<CrdDefinition> definitions) {
    for (CrdDefinition definition : definitions) {
      CrdDefinition other = byKind.putIfAbsent(definition.kind(), definition);
      if (other != null) {
        throw new IllegalArgumentException(
            "kind %s is defined twice: by %s and by %s"
                .formatted(definition.kind(), other.type().getName(), definition.type().getName()));
      }
    }
  }

  public List<CrdDefinition> all() {
    return List.copyOf(byKind.values());
  }

  /** The definition of a kind as a manifest writes it. */
  public Optional<CrdDefinition> kind(String kind) {
    return Optional.ofNullable(byKind.get(kind));
  }

  /** The definition that a user means by a kind, plural, singular or short name. */
  public Optional<CrdDefinition> called(String name) {
    return byKind.values().stream().filter(definition -> definition.isCalled(name)).findFirst();
  }
}
