package dev.pglet.reconcile.engine;

import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.edit.ManifestEditor;
import dev.pglet.manifest.edit.text.EditRefused;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.engine.store.Tracked;
import dev.pglet.reconcile.state.InventoryEntry;
import dev.pglet.reconcile.state.StateDirectory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps the specs that were accepted. Nothing waits for it: where it cannot be written, that is
 * said, and the manifest is in force all the same.
 */
record History(StateDirectory state, InstantSource clock, Consumer<String> problems) {
  /** How many are kept of each resource: an annotation of it. */
  static final String KEPT = "pglet.dev/revisions";

  private static final int STANDARD = 10;
  private static final long FIRST = 1;
  private static final int MOST = 1000;

  /** A manifest is about to be taken into the inventory. */
  void accepting(Tracked tracked) {
    Optional<Manifest> manifest = tracked.manifest();
    InventoryEntry entry = tracked.entry();
    Optional<InventoryEntry> before =
        state
            .inventory()
            .find(entry.key())
            .filter(known -> known.identity().uid().equals(entry.identity().uid()));
    boolean known =
        before
            .filter(same -> same.identity().equals(entry.identity()))
            .filter(same -> same.specHash().equals(entry.specHash()))
            .isPresent();
    boolean first = before.isEmpty() && entry.identity().generation() == FIRST;
    if (manifest.isEmpty() || known || first) {
      return;
    }
    Revision revision =
        new Revision(
            entry.identity().generation(),
            clock.instant(),
            manifest.get().file().toString(),
            entry.specHash(),
            withoutStatus(manifest.get().text()));
    try {
      state
          .revisions()
          .add(
              entry.identity().uid(),
              before.flatMap(History::asItIs),
              revision,
              kept(manifest.get()));
    } catch (ReconcileException e) {
      problems.accept(e.explain());
    }
  }

  /** Oldest first. */
  static List<Revision> of(InventoryEntry entry, StateDirectory state) throws ReconcileException {
    List<Revision> revisions = state.revisions().read(entry.identity().uid());
    return revisions.isEmpty() && entry.identity().generation() == FIRST
        ? asItIs(entry).stream().toList()
        : revisions;
  }

  /**
   * What the inventory has, which is not written before there is a second one. The time is that of
   * the first: when a later one was accepted, which could not be written then, nobody knows.
   */
  private static Optional<Revision> asItIs(InventoryEntry entry) {
    return !entry.document().isEmpty()
        ? Optional.of(
            new Revision(
                entry.identity().generation(),
                entry.created(),
                entry.file(),
                entry.specHash(),
                withoutStatus(entry.document())))
        : Optional.empty();
  }

  private static String withoutStatus(String text) {
    try {
      return ManifestEditor.ownText(text, 0);
    } catch (EditRefused e) {
      return text;
    }
  }

  private int kept(Manifest manifest) {
    Map<String, String> annotations = manifest.resource().getMetadata().getAnnotations();
    String text = annotations == null ? null : annotations.get(KEPT);
    if (text == null) {
      return STANDARD;
    }
    if (text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= MOST) {
      return Integer.parseInt(text);
    }
    problems.accept(
        manifest
            .problem(
                "metadata.annotations." + KEPT,
                "'%s' is no number from 1 to %d; %d revisions are kept"
                    .formatted(text, MOST, STANDARD))
            .toString());
    return STANDARD;
  }
}
