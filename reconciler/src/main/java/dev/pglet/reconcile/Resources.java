package dev.pglet.reconcile;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import java.util.List;
import java.util.Optional;

/**
 * The resources as objects of the API: {@code apiVersion}, {@code kind}, {@code metadata} (with
 * uid, generation, resourceVersion, creationTimestamp), {@code spec} as written, {@code status}
 * with conditions. The same contract holds in the daemon, over its socket, and without a daemon.
 */
public interface Resources {
  /** All of one kind in every namespace, ordered by key. */
  List<ObjectNode> list(CrdDefinition kind) throws ReconcileException;

  Optional<ObjectNode> get(ResourceKey key) throws ReconcileException;

  /**
   * Puts a document's own text, comments included, in place of the document with that key, keeping
   * its status; or into a new file {@code <kind>-<name>.yaml} of the manifest root.
   *
   * @param document one YAML document
   * @throws InvalidSpec when the document is not acceptable; then nothing was written
   * @throws Refused when the file cannot be written safely
   */
  Applied apply(String document) throws ReconcileException;

  /**
   * Sets one scalar of a resource's document, such as {@code spec.desiredState}, and leaves the
   * rest of the text as it is.
   */
  Applied set(ResourceKey key, List<String> path, String value) throws ReconcileException;

  /**
   * Removes the document from its file and deletes the resource by its policies, at once.
   *
   * @return false when there is no such resource
   */
  boolean delete(ResourceKey key) throws ReconcileException;

  /** What an apply did. */
  record Applied(ResourceKey key, Change change, String file) {}

  /** How an apply changed the file. */
  enum Change {
    CREATED,
    CONFIGURED,
    UNCHANGED
  }
}
