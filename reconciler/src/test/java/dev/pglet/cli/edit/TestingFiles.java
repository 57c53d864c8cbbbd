package dev.pglet.cli.edit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestDirectory;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource.Written;
import dev.pglet.manifest.TrustRule;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Revision;
import dev.pglet.reconcile.WantedSetting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The resources of real manifest files that have been quiet for long. */
final class TestingFiles implements Resources {
  static final KindRegistry KINDS =
      new KindRegistry(
          List.of(
              CrdDefinition.of(PostgreSQLInstance.class, "v1"), CrdDefinition.of(Branch.class)));

  private final Path root;
  private final ManifestDirectory manifests;
  private Optional<RuntimeException> defect = Optional.empty();

  TestingFiles(Path root) {
    this.root = root;
    this.manifests =
        new ManifestDirectory(
            root,
            KINDS,
            InstantSource.fixed(Instant.parse("2100-01-01T00:00:00Z")),
            TrustRule.ofOrdinaryUser(),
            (_, _) -> {});
  }

  /** From now on nothing can be replaced. */
  void breakWith(RuntimeException thrown) {
    defect = Optional.of(thrown);
  }

  void write(String name, String text) {
    try {
      Files.writeString(root.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<ObjectNode> list(CrdDefinition kind) {
    return manifests.scan().accepted().values().stream()
        .filter(manifest -> manifest.key().kind().equals(kind.kind()))
        .map(TestingFiles::object)
        .toList();
  }

  @Override
  public Optional<ObjectNode> get(ResourceKey key) {
    return Optional.ofNullable(manifests.scan().accepted().get(key)).map(TestingFiles::object);
  }

  private static ObjectNode object(Manifest manifest) {
    try {
      ObjectNode object = (ObjectNode) new YAMLMapper().readTree(manifest.text());
      object.withObjectProperty("metadata").put("namespace", manifest.key().namespace());
      return object;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(manifest.text(), e);
    }
  }

  private interface Edit {
    Written make() throws IOException, ManifestRejected;
  }

  private static Applied applied(Edit edit) throws ReconcileException {
    try {
      Written written = edit.make();
      return new Applied(
          written.key(),
          Change.valueOf(written.change().name()),
          String.valueOf(written.file().getFileName()));
    } catch (ManifestRejected e) {
      throw new InvalidSpec("ManifestRejected", "", String.valueOf(e.getMessage()), "", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Applied apply(String document) throws ReconcileException {
    return applied(() -> manifests.apply(document));
  }

  @Override
  public Applied patch(ResourceKey key, ObjectNode patch) throws ReconcileException {
    return applied(() -> manifests.patch(key, patch));
  }

  @Override
  public Optional<Document> document(ResourceKey key) {
    try {
      return manifests
          .document(key)
          .map(found -> new Document(found.file().toString(), found.text()));
    } catch (IOException | ManifestRejected e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Applied replace(ResourceKey key, String expected, String document)
      throws ReconcileException {
    if (defect.isPresent()) {
      throw defect.get();
    }
    Optional<Written> written;
    try {
      written = manifests.replace(key, expected, document);
    } catch (IOException | ManifestRejected e) {
      throw new InvalidSpec("ManifestRejected", "", String.valueOf(e.getMessage()), "", e);
    }
    if (written.isEmpty()) {
      throw new Refused(CONFLICT, key + " was changed", "Look again");
    }
    return applied(written::get);
  }

  @Override
  public Preview preview(ResourceKey key, String document) {
    throw new UnsupportedOperationException("files alone tell nothing of the host");
  }

  @Override
  public Optional<Preview> preview(ResourceKey key) {
    throw new UnsupportedOperationException("files alone tell nothing of the host");
  }

  @Override
  public Optional<List<WantedSetting>> settings(ResourceKey key) {
    throw new UnsupportedOperationException("files alone tell nothing of the host");
  }

  @Override
  public List<Revision> revisions(ResourceKey key) {
    return List.of();
  }

  @Override
  public Optional<Preview> previewDeletion(ResourceKey key) {
    throw new UnsupportedOperationException("files alone tell nothing of the host");
  }

  @Override
  public boolean delete(ResourceKey key) throws ReconcileException {
    applied(() -> manifests.delete(key));
    return true;
  }
}
