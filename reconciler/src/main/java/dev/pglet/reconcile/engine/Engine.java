package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Rejected;
import dev.pglet.reconcile.Exposition;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import dev.pglet.reconcile.engine.pass.Kind;
import dev.pglet.reconcile.engine.spec.SpecReview;
import dev.pglet.reconcile.engine.store.ResourceChange;
import dev.pglet.reconcile.observe.Health;
import dev.pglet.reconcile.state.Event;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the resources of one manifest root be what their manifests say, until closed. There is one
 * for a data root, of all processes. Thread-safe.
 */
public final class Engine implements AutoCloseable, Resources {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final Machinery machinery;
  private final Assembly assembly;
  private final Edits edits;
  private final WhatIf whatIf;
  private final SpecReview review;

  private Engine(Machinery machinery) {
    this.machinery = machinery;
    this.assembly = machinery.assembly();
    this.edits = new Edits(assembly.parts().manifests());
    this.review = new SpecReview(machinery.intake().specs(), assembly.parts().rules());
    this.whatIf = new WhatIf(assembly, assembly.state().inventory()::find);
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
    StateDirectory state =
        StateDirectory.open(
            parts.settings().state(), parts.files(), parts.clock(), parts.listener()::problem);
    try {
      return new Engine(Machinery.of(parts, state));
    } catch (ReconcileException | RuntimeException | Error e) {
      try {
        state.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** Scans the manifests and starts the workers. */
  public void start() {
    machinery.start();
  }

  /**
   * As {@link #start}, and nothing is worked on but by {@link #workReady}: in virtual time the
   * threads' hand-overs would take most of the time. A step must not need a second try, whose pause
   * nobody could end.
   */
  public void startWithoutWorkers() {
    machinery.startWithoutWorkers();
  }

  /** Works on the caller's thread, until no key is ready. */
  public void workReady() {
    machinery.workReady();
  }

  /** Hints that the manifests may have changed: they are scanned soon. Returns at once. */
  public void rescan() {
    machinery.hint();
  }

  /**
   * As {@link #rescan()}, where only these files may have changed, or anything when there are none.
   * What pglet itself has written is scanned a little later: a thousand statuses are not a thousand
   * reasons to look at a thousand files.
   */
  public void rescan(Set<Path> changed) {
    machinery.hint(changed);
  }

  /**
   * Waits until every resource has come to an end: ready, up to date, paused or stalled, or five
   * passes in a row have failed, or it waits for one that has ended otherwise than ready.
   */
  public Convergence converge(Duration timeout) throws InterruptedException {
    return machinery.converge(timeout);
  }

  /** How far everything is now. */
  public Convergence standing() {
    return machinery.standing(false);
  }

  /**
   * Whether nothing moves, and time alone will change nothing that is worth waiting for: what
   * {@link #converge} waits for.
   */
  public boolean settled() {
    return machinery.settled();
  }

  /**
   * Waits until nothing moves but by time or from outside.
   *
   * @param atMost in real time, whatever the clock of the engine
   * @return whether it came to that
   */
  public boolean awaitIdle(Duration atMost) throws InterruptedException {
    return machinery.activity().awaitIdle(atMost);
  }

  /** What kinds show of their resources to Prometheus. */
  public List<Exposition> expositions() {
    return assembly.kinds().values().stream()
        .map(Kind::exposition)
        .flatMap(Optional::stream)
        .toList();
  }

  public KindRegistry kinds() {
    return assembly.registry();
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) {
    return assembly.table().objects(kind.kind());
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) {
    return assembly.table().object(key);
  }

  @Override
  public Applied apply(String document) throws ReconcileException {
    edits.check(() -> machinery.intake().requireWhole(document));
    Applied applied = edits.apply(document);
    machinery.scan();
    return applied;
  }

  @Override
  public Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    Applied applied = edits.patch(key, patch, review);
    machinery.scan();
    return applied;
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws ReconcileException {
    return edits.document(key);
  }

  @Override
  public Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    edits.check(() -> machinery.intake().requireWhole(document));
    Applied applied = edits.replace(key, expected, document);
    machinery.scan();
    return applied;
  }

  @Override
  public boolean delete(ResourceKey key) throws ReconcileException {
    boolean deleted = edits.make(() -> machinery.intake().deleteDocument(key));
    machinery.scan();
    return deleted;
  }

  /** The version of the newest change: where a watch goes on from a list made before. */
  public long resourceVersion() {
    return assembly.watches().version();
  }

  /**
   * Hears of every change of a kind after a version, in order. With 0 it first hears of everything
   * that is there, as added.
   *
   * @param listener called on the engine's threads, which wait for it: it only queues the change
   * @return what ends the watch; empty when changes since that version are not remembered any more
   */
  public Optional<Watch> watch(long since, CrdDefinition kind, Consumer<ResourceChange> listener) {
    return assembly.table().watch(since, kind.kind(), listener).map(end -> end::run);
  }

  /** The manifests that are not in force, and why. */
  public List<Rejected> rejected() {
    return machinery.intake().rejected();
  }

  /** What happened to a resource, oldest first. */
  public List<Event> events(ResourceKey key) {
    return assembly.state().events().of(key);
  }

  /** What happened to all resources, oldest first. */
  public List<Event> events() {
    return assembly.state().events().all();
  }

  @Override
  public Preview preview(ResourceKey key, String document) throws ReconcileException {
    return whatIf.accepted(edits.make(() -> machinery.intake().whole(whatIf.read(key, document))));
  }

  @Override
  public Optional<List<WantedSetting>> settings(ResourceKey key) throws ReconcileException {
    return whatIf.settings(key);
  }

  @Override
  public List<Revision> revisions(ResourceKey key) throws ReconcileException {
    Optional<InventoryEntry> entry = assembly.state().inventory().find(key);
    return entry.isEmpty() ? List.of() : History.of(entry.get(), assembly.state());
  }

  @Override
  public Optional<Preview> preview(ResourceKey key) {
    return whatIf.unchanged(key);
  }

  @Override
  public Optional<Preview> previewDeletion(ResourceKey key) {
    return whatIf.deleted(key);
  }

  /** What is there that no manifest of the root is about. */
  public List<Unmanaged> unmanaged() {
    return assembly.unmanaged();
  }

  /**
   * The whole spec of a resource, and where each value comes from: see {@link
   * dev.pglet.reconcile.engine.spec.Specs#report}.
   */
  public Optional<ObjectNode> report(ResourceKey key, Optional<String> template, String instead) {
    return machinery.intake().specs().report(key, template, instead);
  }

  /** The resources whose manifests are gone and that wait for {@link #confirmPrunes}. */
  public List<ResourceKey> heldPrunes() {
    return machinery.intake().held();
  }

  /**
   * Deletes by the policies of the last accepted specs.
   *
   * @param shown what {@link #heldPrunes} named when somebody consented: nothing else is deleted,
   *     nor of those what is held no more
   * @return what is being deleted
   * @throws dev.pglet.reconcile.Refused while a manifest is rejected or being written, or the root
   *     cannot be read whole
   */
  public List<ResourceKey> confirmPrunes(Collection<ResourceKey> shown) throws ReconcileException {
    try {
      return machinery.intake().confirmHeld(shown);
    } finally {
      // What is not missing any more puts nothing in doubt that is removed from now on.
      machinery.scan();
    }
  }

  /**
   * Makes something that no manifest of the root is about, or that belongs to another root, one of
   * this root's: its last manifest is written into the root, unless there is one, and its data are
   * resumed.
   *
   * @throws dev.pglet.reconcile.Refused when nothing is known of it, or not what its manifest was
   */
  public Applied adopt(ResourceKey key) throws ReconcileException {
    Applied applied = new Orphans(assembly, machinery.intake()).adopt(key);
    machinery.scan();
    return applied;
  }

  /**
   * As {@link #delete}, and all data goes too, whatever the policy: of a resource that has a
   * manifest, or whose data was kept when it was deleted before.
   */
  public boolean deleteData(ResourceKey key) throws ReconcileException {
    boolean deleted = new Orphans(assembly, machinery.intake()).deleteData(key);
    machinery.scan();
    return deleted;
  }

  /** The engine's checks; the daemon adds its own. */
  public Health health() {
    return machinery.health();
  }

  /**
   * Takes no more keys, waits for the steps that run and writes their status. Running operations
   * are told to stop and are found interrupted by the next daemon. Idempotent.
   */
  @Override
  public void close() {
    try {
      machinery.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      assembly.kinds().values().forEach(Kind::close);
      try {
        assembly.state().close();
      } catch (IOException e) {
        LOG.atWarn().setCause(e).log("the lock of the state directory could not be given up");
      }
    }
  }

  /** A watch that has begun. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    /** Ends it. Idempotent. */
    @Override
    void close();
  }
}
