package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What the API serves. Thread-safe. */
public interface ApiBackend extends Resources {
  KindRegistry kinds();

  /**
   * Tells the listener every change of a kind's objects, in the order of their {@code
   * resourceVersion}, until the subscription is closed. The listener must return at once.
   *
   * @param after tell the changes after this version; absent: first tell each object that exists as
   *     added
   * @throws ApiError 410 Expired when the changes after that version are no longer known
   */
  Subscription watch(CrdDefinition kind, OptionalLong after, Consumer<Change> listener)
      throws ApiError;

  /** Not lower than the {@code resourceVersion} of anything that was told or listed before. */
  long resourceVersion();

  /** Core {@code v1} Event objects, oldest first. */
  List<ObjectNode> events();

  /** Manifests not in force: objects with {@code file} and {@code problems} (lines for people). */
  List<ObjectNode> rejected();

  /**
   * {@code held}: names of resources whose deletion waits for {@link #confirmPrunes}; {@code
   * unmanaged}: objects with {@code resource}, {@code root}, {@code retained} (only data is left)
   * and {@code explanation}.
   */
  ObjectNode prunes();

  /**
   * Deletes what is held; {@code deleting} names it.
   *
   * @param shown names as {@link #prunes} gave them: nothing else is deleted
   */
  ObjectNode confirmPrunes(List<String> shown) throws ReconcileException;

  /**
   * Takes in something that no manifest of the daemon's root is about: see {@code Engine.adopt}.
   */
  Applied adopt(ResourceKey key) throws ReconcileException;

  /**
   * Deletes a resource with all its data, or the data that was kept of a deleted one, whatever its
   * policy.
   *
   * @return false when there is neither
   */
  boolean deleteData(ResourceKey key) throws ReconcileException;

  /**
   * The whole spec of a resource and where each value comes from: {@code fields} with {@code
   * field}, {@code value} and {@code from}, or {@code problems}; empty for an unknown resource.
   *
   * @param template the name of a template that it would use; empty: as it is
   * @param instead a text of documents in place of those with the same keys; may be empty
   */
  Optional<ObjectNode> wholeSpec(ResourceKey key, Optional<String> template, String instead);

  /** What is wrong with the daemon itself, as sentences; empty when it is healthy. */
  List<String> unhealthy();

  /** Why the resources have not been read yet; empty when they have. */
  List<String> notReady();

  /** In Prometheus' text format. */
  String metrics();

  /**
   * {@code pid}, {@code version}, {@code manifests}, {@code dataRoot} of this daemon, and {@code
   * watchTrouble} where changes of manifests are seen late: why, and what to do.
   */
  ObjectNode daemon();

  /** Asks the daemon to end, as SIGTERM does. Returns at once; servers keep running. */
  void shutdown();

  /** A running watch. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    /** The listener is not called any more after this returns. Idempotent. */
    @Override
    void close();
  }

  /** One change of one object; the object as it was last when it is deleted. */
  record Change(Type type, ObjectNode object) {
    public enum Type {
      ADDED,
      MODIFIED,
      DELETED
    }
  }
}
