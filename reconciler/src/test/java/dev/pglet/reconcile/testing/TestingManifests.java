package dev.pglet.reconcile.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.FieldPositions;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.ManifestSource;
import dev.pglet.manifest.Origin;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.Rejected;
import dev.pglet.manifest.Snapshot;
import dev.pglet.manifest.edit.VolatileFields;
import dev.pglet.manifest.edit.change.MergePatch;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A manifest root in memory: one document per key, its status beside it. Scans are complete, unless
 * {@link #incomplete} says otherwise. Thread-safe.
 */
public final class TestingManifests implements ManifestSource {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final KindRegistry kinds;
  private final Path root;
  private final Map<ResourceKey, String> documents = new TreeMap<>();
  private final Map<ResourceKey, ObjectNode> statuses = new HashMap<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private Optional<String> incompleteBecause = Optional.empty();
  private Optional<Duration> settleIn = Optional.empty();
  private Origin origin = new Origin("1:1");
  private Optional<String> statusesRefused = Optional.empty();
  private int dropping;
  private int statusWrites;
  private int scans;
  private Set<Path> own = Set.of();

  public TestingManifests(KindRegistry kinds, Path root) {
    this.kinds = kinds;
    this.root = root;
  }

  /** Somebody writes a document, or writes it anew. */
  public synchronized ResourceKey put(String document) {
    ResourceKey key = key(tree(document));
    documents.put(key, document);
    return key;
  }

  /** Somebody removes a document. */
  public synchronized void remove(ResourceKey key) {
    documents.remove(key);
    statuses.remove(key);
  }

  /** A checkout puts the document back as it was committed. */
  public synchronized void takeStatusAway(ResourceKey key) {
    statuses.remove(key);
  }

  /** Something keeps scans from being complete; empty: no more. */
  public synchronized void incomplete(Optional<String> because) {
    incompleteBecause = because;
  }

  /** Another directory takes its place, with the same documents. */
  public synchronized void replace() {
    origin = new Origin(origin.text() + "1");
  }

  /** A document that seems to be about a key cannot be accepted. */
  public synchronized void reject(String file, String message, Set<ResourceKey> keys) {
    Path path = root.resolve(file);
    rejected.add(new Rejected(path, List.of(new Problem(path, 1, 1, "", message)), keys));
  }

  /** All rejected files are good now, or gone. */
  public synchronized void mend() {
    rejected.clear();
  }

  public synchronized void settleIn(Optional<Duration> delay) {
    settleIn = delay;
  }

  /** The next so many status writes find that the file changed meanwhile. */
  public synchronized void dropStatusWrites(int times) {
    dropping = times;
  }

  /** From now on no status can be written, for that reason; empty: it can again. */
  public synchronized void refuseStatuses(Optional<String> because) {
    statusesRefused = because;
  }

  /** How many status writes have changed a file. */
  public synchronized int statusWrites() {
    return statusWrites;
  }

  /** How often it was scanned. */
  public synchronized int scans() {
    return scans;
  }

  /** Nobody but pglet has written to these. */
  public synchronized void own(Set<Path> files) {
    own = Set.copyOf(files);
  }

  @Override
  public synchronized boolean isAccepted(Set<Path> paths) {
    return own.containsAll(paths);
  }

  public synchronized Optional<ObjectNode> status(ResourceKey key) {
    return Optional.ofNullable(statuses.get(key)).map(ObjectNode::deepCopy);
  }

  @Override
  public Path root() {
    return root;
  }

  @Override
  public synchronized Snapshot scan() {
    scans++;
    Map<ResourceKey, Manifest> accepted = new HashMap<>();
    documents.forEach((key, document) -> accepted.put(key, manifest(key, document)));
    boolean complete = incompleteBecause.isEmpty() && rejected.isEmpty();
    String because = incompleteBecause.orElse(complete ? "" : "a file is rejected");
    boolean bare = documents.isEmpty() && rejected.isEmpty();
    return new Snapshot(
        accepted,
        rejected,
        complete,
        because,
        settleIn,
        bare ? Optional.empty() : Optional.of(origin));
  }

  /** There are no files: a document that is missing was removed. */
  @Override
  public Optional<String> text(Path file) {
    return Optional.empty();
  }

  /** Nobody is seen while writing. */
  @Override
  public Duration quiet(ResourceKey key) {
    return Duration.ofDays(1);
  }

  private Manifest manifest(ResourceKey key, String document) {
    JsonNode tree = tree(document);
    try {
      CustomResource<?, ?> resource =
          YAML.readValue(document, kinds.kind(key.kind()).orElseThrow().type());
      resource.getMetadata().setNamespace(key.namespace());
      resource.setStatus(null);
      ObjectNode status = statuses.get(key);
      return new Manifest(
          key,
          resource,
          root.resolve(key.kind().toLowerCase(Locale.ROOT) + "-" + key.name() + ".yaml"),
          0,
          Integer.toHexString(tree.path("spec").toString().hashCode()),
          status == null ? document : document + "status: " + status + "\n",
          new FieldPositions(Map.of("spec.size", new FieldPositions.Position(5, 3))));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(document, e);
    }
  }

  private static JsonNode tree(String document) {
    try {
      return YAML.readTree(document);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(document, e);
    }
  }

  private static ResourceKey key(JsonNode tree) {
    JsonNode metadata = tree.required("metadata");
    return new ResourceKey(
        tree.required("kind").asText(),
        metadata.path("namespace").asText(ResourceKey.DEFAULT_NAMESPACE),
        metadata.required("name").asText());
  }

  @Override
  public synchronized StatusWrite writeStatus(
      ResourceKey key, ObjectNode status, VolatileFields unimportant) throws IOException {
    if (statusesRefused.isPresent()) {
      throw new IOException(statusesRefused.get());
    }
    if (dropping > 0) {
      dropping--;
      return StatusWrite.DROPPED;
    }
    if (!documents.containsKey(key)) {
      return StatusWrite.DROPPED;
    }
    ObjectNode there = statuses.get(key);
    if (there != null && unimportant.same(there, status)) {
      return StatusWrite.EQUAL;
    }
    statuses.put(key, status.deepCopy());
    statusWrites++;
    return StatusWrite.WRITTEN;
  }

  @Override
  public synchronized Manifest read(String document) {
    return manifest(key(tree(document)), document);
  }

  @Override
  public synchronized Written apply(String document) throws IOException, ManifestRejected {
    ResourceKey key = key(tree(document));
    if (kinds.kind(key.kind()).isEmpty()) {
      throw new ManifestRejected(
          List.of(new Problem(root, 1, 1, "kind", "unknown kind " + key.kind())));
    }
    String before = documents.put(key, document);
    Change change =
        before == null
            ? Change.CREATED
            : before.equals(document) ? Change.UNCHANGED : Change.CONFIGURED;
    return new Written(key, manifest(key, document).file(), change);
  }

  @Override
  public synchronized Written patch(ResourceKey key, ObjectNode patch, Review review)
      throws ManifestRejected {
    JsonNode tree = MergePatch.apply(tree(documents.getOrDefault(key, "")), patch);
    List<Problem> problems = review.problems(manifest(key, tree.toString()));
    if (!problems.isEmpty()) {
      throw new ManifestRejected(problems);
    }
    documents.put(key, tree + "\n");
    return new Written(key, manifest(key, tree.toString()).file(), Change.CONFIGURED);
  }

  @Override
  public synchronized Optional<Document> document(ResourceKey key) {
    return Optional.ofNullable(documents.get(key))
        .map(text -> new Document(manifest(key, text).file(), text));
  }

  @Override
  public synchronized Optional<Written> replace(ResourceKey key, String expected, String document)
      throws IOException, ManifestRejected {
    return expected.equals(documents.get(key)) ? Optional.of(apply(document)) : Optional.empty();
  }

  @Override
  public synchronized Written delete(ResourceKey key) {
    Path file = manifest(key, documents.getOrDefault(key, "")).file();
    remove(key);
    return new Written(key, file, Change.DELETED);
  }
}
