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
   * Changes fields of a resource's document by a JSON merge patch (RFC 7386), and leaves the rest
   * of its text as it is.
   *
   * @param patch may touch {@code spec}, and of {@code metadata} the labels and annotations
   * @throws InvalidSpec when it makes no good document, or cannot be written without changing more
   *     than that; then nothing was written
   */
  Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException;

  /**
   * The document of a resource as people edit it; empty when there is no such resource, or no file
   * has it.
   */
  Optional<Document> document(ResourceKey key) throws ReconcileException;

  /**
   * As {@link #apply}, but only while the document is what its editor has seen.
   *
   * @param expected as {@link #document} gave it
   * @throws Refused with the reason {@link #CONFLICT} when somebody has changed it since
   */
  Applied replace(ResourceKey key, String expected, String document) throws ReconcileException;

  /** The reason of a refusal: somebody else has changed the same document. */
  String CONFLICT = "Conflict";

  /**
   * What applying a document would do, as far as that can be seen now. Changes nothing.
   *
   * @param document one YAML document about that resource
   * @throws InvalidSpec when it cannot be read; what its kind has against it is in the preview
   */
  Preview preview(ResourceKey key, String document) throws ReconcileException;

  /**
   * What is left to do for a resource by its spec in force. Changes nothing. Empty when there is no
   * such resource.
   */
  Optional<Preview> preview(ResourceKey key) throws ReconcileException;

  /** What deleting a resource would do. Changes nothing. Empty when there is no such resource. */
  Optional<Preview> previewDeletion(ResourceKey key) throws ReconcileException;

  /**
   * The settings by which what runs for a resource is configured by its spec in force, as its
   * controller sees it now, in the order of their names. Changes nothing. They are not masked.
   *
   * @return empty when there is no such resource; an empty list when they are not known yet
   * @throws ReconcileException when the resource cannot be looked at, or its spec is refused
   */
  Optional<List<WantedSetting>> settings(ResourceKey key) throws ReconcileException;

  /** The specs of a resource that were accepted, oldest first; empty when none is remembered. */
  List<Revision> revisions(ResourceKey key) throws ReconcileException;

  /**
   * Removes the document from its file and deletes the resource by its policies, at once.
   *
   * @return false when there is no such resource
   */
  boolean delete(ResourceKey key) throws ReconcileException;

  /**
   * A document in its file.
   *
   * @param text its own text, comments included, without its status
   */
  record Document(String file, String text) {}

  /** What an apply did. */
  record Applied(ResourceKey key, Change change, String file) {}

  /** How an apply changed the file. */
  enum Change {
    CREATED,
    CONFIGURED,
    UNCHANGED
  }
}
