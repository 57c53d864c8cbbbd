package dev.pglet.reconcile.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.Rejected;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.state.Event;
import java.util.List;
import java.util.Optional;

/**
 * The resources where no daemon runs: each read observes the host anew, nothing is ever executed,
 * and nothing is locked or written but the manifests that {@link #apply}, {@link #set} and {@link
 * #delete} edit, for the next daemon to act on. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Observed implements Resources {
  private Observed() {}

  /** Reads the state directory and what is there on the host. */
  public static Observed open(EngineParts parts) throws ReconcileException {
    return new Observed();
  }

  public KindRegistry kinds() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) throws ReconcileException {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) throws ReconcileException {
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

  /** The manifests that are not in force, and why. */
  public List<Rejected> rejected() {
    throw new UnsupportedOperationException();
  }

  /** What happened to a resource, oldest first. */
  public List<Event> events(ResourceKey key) {
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
}
