package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.ApiError;
import dev.pglet.apiserver.Selector;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Deletes what belongs to a set by its label and is no longer in it. Only what has a manifest: what
 * has none is the prune guard's. What has no label at all belongs to no set.
 */
final class PruneByLabel {
  private final Predicate<ObjectNode> chosen;
  private final Session session;

  private PruneByLabel(Predicate<ObjectNode> chosen, Session session) {
    this.chosen = chosen;
    this.session = session;
  }

  /**
   * Reads a selector.
   *
   * @throws UsageError when it is missing, empty, or not understood
   */
  static PruneByLabel of(String selector, Session session) {
    if (selector.replace(",", "").isBlank()) {
      throw new UsageError(
          "--prune deletes by label only: say which with -l name=value; nothing was done");
    }
    try {
      return new PruneByLabel(Selector.labels(selector), session);
    } catch (ApiError e) {
      throw new UsageError("-l: " + e.getMessage());
    }
  }

  /** What would go, beside those that stay. */
  List<ResourceKey> beside(Collection<ResourceKey> stay) throws ReconcileException {
    List<ResourceKey> found = new ArrayList<>();
    for (CrdDefinition kind : session.kinds().all()) {
      for (ObjectNode object : session.resources().list(kind)) {
        JsonNode metadata = object.path("metadata");
        ResourceKey key =
            new ResourceKey(
                kind.kind(), metadata.path("namespace").asText(), metadata.path("name").asText());
        if (!stay.contains(key)
            && !metadata.path("labels").isEmpty()
            && !metadata.hasNonNull("deletionTimestamp")
            && chosen.test(object)
            && session.resources().document(key).isPresent()) {
          found.add(key);
        }
      }
    }
    return found;
  }

  /** Lists them, then deletes them one by one, as {@code delete} does. */
  List<ResourceKey> delete(Collection<ResourceKey> stay) throws ReconcileException {
    List<ResourceKey> found = beside(stay);
    found.forEach(key -> session.out().println(key + " is not among them and will be deleted"));
    List<ResourceKey> deleted = new ArrayList<>();
    for (ResourceKey key : found) {
      if (session.resources().delete(key)) {
        session
            .out()
            .printf(
                "%s %s%n", key, session.daemon().isPresent() ? "deleted" : "removed from its file");
        deleted.add(key);
      }
    }
    return deleted;
  }
}
