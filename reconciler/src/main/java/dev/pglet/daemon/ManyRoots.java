package dev.pglet.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The resources of several manifest roots. A key belongs to the first root that has it. */
final class ManyRoots implements Resources {
  private final List<? extends Resources> roots;

  /**
   * The roots together.
   *
   * @param roots not empty; the first takes new documents
   */
  ManyRoots(List<? extends Resources> roots) {
    this.roots = List.copyOf(roots);
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) throws ReconcileException {
    List<ObjectNode> objects = new ArrayList<>();
    for (Resources root : roots) {
      objects.addAll(root.list(kind));
    }
    return objects;
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      Optional<ObjectNode> found = root.get(key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public Applied apply(String document) throws ReconcileException {
    return roots.getFirst().apply(document);
  }

  @Override
  public Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    return rootOf(key).patch(key, patch);
  }

  @Override
  public Optional<Document> document(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      Optional<Document> found = root.document(key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    return rootOf(key).replace(key, expected, document);
  }

  private Resources rootOf(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      if (root.get(key).isPresent()) {
        return root;
      }
    }
    throw new Refused("NotFound", key + " not found", "See pglet get for what there is");
  }

  @Override
  public Preview preview(ResourceKey key, String document) throws ReconcileException {
    for (Resources root : roots) {
      if (root.get(key).isPresent()) {
        return root.preview(key, document);
      }
    }
    return roots.getFirst().preview(key, document);
  }

  @Override
  public Optional<Preview> preview(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      Optional<Preview> found = root.preview(key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<List<WantedSetting>> settings(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      Optional<List<WantedSetting>> found = root.settings(key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Revision> revisions(ResourceKey key) throws ReconcileException {
    // All roots of a data root have one state.
    return roots.getFirst().revisions(key);
  }

  @Override
  public Optional<Preview> previewDeletion(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      Optional<Preview> found = root.previewDeletion(key);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public boolean delete(ResourceKey key) throws ReconcileException {
    for (Resources root : roots) {
      if (root.get(key).isPresent()) {
        return root.delete(key);
      }
    }
    return false;
  }
}
