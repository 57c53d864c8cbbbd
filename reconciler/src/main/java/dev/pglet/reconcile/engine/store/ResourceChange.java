package dev.pglet.reconcile.engine.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;

/**
 * One change, as a watch sees it.
 *
 * @param resourceVersion higher than that of every change before, of all kinds
 * @param object the resource after the change; before it, for {@link Type#DELETED}. Not to be
 *     modified: all watches share it
 */
public record ResourceChange(Type type, ResourceKey key, long resourceVersion, ObjectNode object) {
  /** As in Kubernetes. */
  public enum Type {
    ADDED,
    MODIFIED,
    DELETED
  }
}
