package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Rejected;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.engine.store.ResourceChange;
import dev.pglet.reconcile.observe.Health;
import dev.pglet.reconcile.state.Event;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes the resources of one manifest root be what their manifests say, until closed. There is one
 * for a data root, of all processes. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Engine implements AutoCloseable, Resources {
  private final EngineParts parts;

  private Engine(EngineParts parts) {
    this.parts = parts;
  }

  /**
   * Locks the state directory, reads it and what is there on the host. Nothing runs before {@link
   * #start}.
   *
   * @throws dev.pglet.reconcile.Refused when another daemon holds the data root, or a newer pglet
   *     has written its state
   * @throws dev.pglet.reconcile.HostUnavailable when the state directory, or what is there of some
   *     kind, cannot be read
   */
  public static Engine open(EngineParts parts) throws ReconcileException {
    return new Engine(parts);
  }

  /** Scans the manifests and starts the workers. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /** Hints that the manifests may have changed: they are scanned soon. Returns at once. */
  public void rescan() {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until every resource has come to an end: ready, up to date, paused or stalled, or five
   * passes in a row have failed, or it waits for one that has ended otherwise than ready.
   */
  public Convergence converge(Duration timeout) throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** How far everything is now. */
  public Convergence standing() {
    throw new UnsupportedOperationException();
  }

  public KindRegistry kinds() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Applied apply(String document) throws ReconcileException {
    throw new UnsupportedOperationException();
  }

  @Override
  public Applied set(ResourceKey key, List<String> path, String value) throws ReconcileException {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean delete(ResourceKey key) throws ReconcileException {
    throw new UnsupportedOperationException();
  }

  /** The version of the newest change: where a watch goes on from a list made before. */
  public long resourceVersion() {
    throw new UnsupportedOperationException();
  }

  /**
   * Hears of every change of a kind after a version, in order. With 0 it first hears of everything
   * that is there, as added.
   *
   * @param listener called on the engine's threads, which wait for it: it only queues the change
   * @return what ends the watch; empty when changes since that version are not remembered any more
   */
  public Optional<Watch> watch(long since, CrdDefinition kind, Consumer<ResourceChange> listener) {
    throw new UnsupportedOperationException();
  }

  /** The manifests that are not in force, and why. */
  public List<Rejected> rejected() {
    throw new UnsupportedOperationException();
  }

  /** What happened to a resource, oldest first. */
  public List<Event> events(ResourceKey key) {
    throw new UnsupportedOperationException();
  }

  /** What happened to all resources, oldest first. */
  public List<Event> events() {
    throw new UnsupportedOperationException();
  }

  /** What a pass would do now; empty for an unknown key. */
  public Optional<Preview> preview(ResourceKey key) {
    throw new UnsupportedOperationException();
  }

  /** What is there that no manifest of the root is about. */
  public List<Unmanaged> unmanaged() {
    throw new UnsupportedOperationException();
  }

  /** The resources whose manifests are gone and that wait for {@link #confirmPrunes}. */
  public List<ResourceKey> heldPrunes() {
    throw new UnsupportedOperationException();
  }

  /** Deletes what {@link #heldPrunes} names, by the policies of the last accepted specs. */
  public List<ResourceKey> confirmPrunes() throws ReconcileException {
    throw new UnsupportedOperationException();
  }

  /** The engine's checks; the daemon adds its own. */
  public Health health() {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes no more keys, waits for the steps that run and writes their status. Running operations
   * are told to stop and are found interrupted by the next daemon. Idempotent.
   */
  @Override
  public void close() {
    parts.listener().problem("closed");
  }

  /** A watch that has begun. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    /** Ends it. Idempotent. */
    @Override
    void close();
  }
}
