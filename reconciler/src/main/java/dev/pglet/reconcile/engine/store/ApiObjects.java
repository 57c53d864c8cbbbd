package dev.pglet.reconcile.engine.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.manifest.Manifest;
import dev.pglet.reconcile.state.InventoryEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Resources as JSON: the objects of the API, and what the inventory keeps. Thread-safe. */
public final class ApiObjects {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_EMPTY, JsonInclude.Include.NON_NULL))
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Keeps empty values too: an empty text in a spec is not an absent one. */
  private static final ObjectMapper FAITHFUL =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private static final YAMLMapper YAML = new YAMLMapper();

  private final KindRegistry kinds;

  public ApiObjects(KindRegistry kinds) {
    this.kinds = kinds;
  }

  /** Any value as JSON, without what is empty. */
  public static JsonNode json(Object value) {
    return JSON.valueToTree(value);
  }

  /** A copy with the identity in its metadata. One class made both: their specs have one type. */
  @SuppressWarnings("unchecked")
  public static CustomResource<?, ?> identified(CustomResource<?, ?> resource, Identity identity) {
    try {
      CustomResource<Object, Object> copy =
          (CustomResource<Object, Object>) resource.getClass().getConstructor().newInstance();
      copy.setMetadata(
          new ObjectMetaBuilder(resource.getMetadata())
              .withUid(identity.uid())
              .withGeneration(identity.generation())
              .build());
      copy.setSpec(((CustomResource<Object, Object>) resource).getSpec());
      return copy;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          resource.getClass().getName() + " has no public constructor without arguments", e);
    }
  }

  /** What the inventory keeps of an accepted resource: it can be bound again without its file. */
  public static ObjectNode remembered(CustomResource<?, ?> resource) {
    ObjectNode node = JSON.createObjectNode();
    ObjectNode metadata = node.putObject("metadata");
    ObjectMeta meta = resource.getMetadata();
    metadata.put("name", meta.getName());
    metadata.put("namespace", meta.getNamespace());
    putMap(metadata, "labels", meta.getLabels());
    putMap(metadata, "annotations", meta.getAnnotations());
    node.set("spec", FAITHFUL.valueToTree(resource.getSpec()));
    return node;
  }

  /** Binds what the inventory kept; empty when it was lost, or fits the kind no more. */
  public Optional<CustomResource<?, ?>> recalled(InventoryEntry entry) {
    Optional<CrdDefinition> kind = kinds.kind(entry.key().kind());
    if (kind.isEmpty() || entry.resource().isEmpty()) {
      return Optional.empty();
    }
    try {
      CustomResource<?, ?> resource = JSON.treeToValue(entry.resource().get(), kind.get().type());
      return Optional.of(identified(resource, entry.identity()));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** Whether the user would see no difference but in the status. */
  boolean sameSpec(Tracked one, Tracked other) {
    return one.entry().identity().equals(other.entry().identity())
        && one.entry().specHash().equals(other.entry().specHash())
        && one.entry().tombstone().equals(other.entry().tombstone())
        && one.blocked().isPresent() == other.blocked().isPresent()
        && remembered(one.resource())
            .path("metadata")
            .equals(remembered(other.resource()).path("metadata"));
  }

  /** The object of the API. */
  public ObjectNode object(Tracked tracked) {
    ObjectNode object = JSON.createObjectNode();
    kinds.kind(tracked.key().kind()).ifPresent(kind -> object.put("apiVersion", kind.apiVersion()));
    object.put("kind", tracked.key().kind());
    object.set("metadata", metadata(tracked));
    object.set("spec", spec(tracked));
    tracked.status().ifPresent(status -> object.set("status", status.deepCopy()));
    return object;
  }

  private static ObjectNode metadata(Tracked tracked) {
    InventoryEntry entry = tracked.entry();
    ObjectMeta meta = tracked.resource().getMetadata();
    ObjectNode metadata = JSON.createObjectNode();
    metadata.put("name", tracked.key().name());
    metadata.put("namespace", tracked.key().namespace());
    metadata.put("uid", entry.identity().uid());
    metadata.put("generation", entry.identity().generation());
    metadata.put("resourceVersion", Long.toString(tracked.resourceVersion()));
    metadata.put("creationTimestamp", Rfc3339.seconds(entry.created()));
    entry
        .tombstone()
        .ifPresent(
            tombstone -> metadata.put("deletionTimestamp", Rfc3339.seconds(tombstone.since())));
    putMap(metadata, "labels", meta.getLabels());
    putMap(metadata, "annotations", meta.getAnnotations());
    return metadata;
  }

  private static void putMap(ObjectNode to, String field, Map<String, String> values) {
    if (values != null && !values.isEmpty()) {
      ObjectNode node = to.putObject(field);
      new TreeMap<>(values).forEach(node::put);
    }
  }

  /**
   * The spec as written. The text says which fields are there, the bound spec says what they mean:
   * a YAML tree would show {@code fsync: off} as false.
   */
  private static JsonNode spec(Tracked tracked) {
    JsonNode bound = json(tracked.resource().getSpec());
    String document = tracked.manifest().map(Manifest::text).orElse(tracked.entry().document());
    if (document.isEmpty()) {
      return bound;
    }
    try {
      return asWritten(YAML.readTree(document).path("spec"), bound);
    } catch (JsonProcessingException e) {
      return bound;
    }
  }

  private static JsonNode asWritten(JsonNode written, JsonNode bound) {
    if (written instanceof ObjectNode fields && bound instanceof ObjectNode values) {
      ObjectNode result = JSON.createObjectNode();
      fields
          .properties()
          .forEach(
              field -> {
                JsonNode value = values.get(field.getKey());
                result.set(
                    field.getKey(),
                    value == null ? field.getValue() : asWritten(field.getValue(), value));
              });
      return result;
    }
    if (written instanceof ArrayNode items
        && bound instanceof ArrayNode values
        && items.size() == values.size()) {
      ArrayNode result = JSON.createArrayNode();
      for (int i = 0; i < items.size(); i++) {
        result.add(asWritten(items.get(i), values.get(i)));
      }
      return result;
    }
    return bound;
  }
}
