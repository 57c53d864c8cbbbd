package dev.pglet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Resources by {@code NAME} alone, where that is enough to tell which is meant. */
public final class Named {
  private final Session session;
  private final Predicate<CrdDefinition> kinds;

  /**
   * Looks among some kinds.
   *
   * @param kinds those of which a resource is meant by its name alone
   */
  public Named(Session session, Predicate<CrdDefinition> kinds) {
    this.session = session;
    this.kinds = kinds;
  }

  /**
   * The resources that words name: {@code KIND/NAME} of any kind, or {@code NAME}.
   *
   * @throws UsageError when a name is nobody's, or several resources'
   */
  public SortedSet<ResourceKey> keys(List<String> words, String namespace)
      throws ReconcileException {
    SortedSet<ResourceKey> keys = new TreeSet<>();
    for (String word : words) {
      if (word.contains("/")) {
        keys.addAll(Target.keys(List.of(word), namespace, session.kinds()));
      } else {
        keys.add(called(word, namespace));
      }
    }
    return keys;
  }

  private ResourceKey called(String name, String namespace) throws ReconcileException {
    List<ResourceKey> named =
        all(Optional.of(namespace)).stream().filter(key -> key.name().equals(name)).toList();
    if (named.isEmpty()) {
      throw new UsageError("there is no '%s'; pglet get all shows what there is".formatted(name));
    }
    if (named.size() > 1) {
      throw new UsageError("'%s' is several: %s; say which".formatted(name, named));
    }
    return named.getFirst();
  }

  /** All there are, of one namespace or of every. */
  public List<ResourceKey> all(Optional<String> wanted) throws ReconcileException {
    return all(wanted, _ -> true);
  }

  /** All of those that are chosen, of one namespace or of every. */
  public List<ResourceKey> all(Optional<String> wanted, Predicate<ObjectNode> chosen)
      throws ReconcileException {
    List<ResourceKey> keys = new ArrayList<>();
    for (CrdDefinition kind : session.kinds().all()) {
      if (!kinds.test(kind)) {
        continue;
      }
      for (ObjectNode object : session.resources().list(kind)) {
        JsonNode metadata = object.path("metadata");
        String namespace = metadata.path("namespace").asText();
        if ((wanted.isEmpty() || wanted.get().equals(namespace)) && chosen.test(object)) {
          keys.add(new ResourceKey(kind.kind(), namespace, metadata.path("name").asText()));
        }
      }
    }
    return keys;
  }
}
