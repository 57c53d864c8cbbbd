package dev.pglet.reconcile.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.state.InventoryEntry.Consent;
import dev.pglet.reconcile.state.InventoryEntry.Tombstone;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The inventory's file format, version 4. What does not fit is an {@link RuntimeException}. */
final class InventoryJson {
  private InventoryJson() {}

  /**
   * From version 1, which did not remember what was held, 2, which did not where a root was whole,
   * and 3, which did not in which file a document stood, each to the next.
   */
  static List<UnaryOperator<ObjectNode>> migrations() {
    return List.of(
        content -> {
          content.putArray("held");
          return content;
        },
        content -> {
          content.putObject("whole");
          return content;
        },
        content -> {
          content.required("entries").forEach(entry -> ((ObjectNode) entry).put("file", ""));
          return content;
        });
  }

  static ObjectNode write(Inventory.Content inventory) {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    ArrayNode held = content.putArray("held");
    inventory.held().forEach(key -> held.add(key(key)));
    ObjectNode whole = content.putObject("whole");
    inventory.whole().forEach(whole::put);
    ArrayNode list = content.putArray("entries");
    for (InventoryEntry entry : inventory.entries().values()) {
      ObjectNode node = list.addObject();
      node.set("key", key(entry.key()));
      node.put("uid", entry.identity().uid());
      node.put("generation", entry.identity().generation());
      node.put("root", entry.root());
      node.put("specHash", entry.specHash());
      node.put("created", entry.created().toString());
      node.put("retained", entry.retained());
      node.put("document", entry.document());
      node.put("file", entry.file());
      entry.resource().ifPresent(resource -> node.set("resource", resource));
      entry
          .tombstone()
          .ifPresent(
              tombstone ->
                  node.putObject("tombstone")
                      .put("since", tombstone.since().toString())
                      .put("why", tombstone.why())
                      .put("data", tombstone.data()));
      entry.consent().ifPresent(consent -> writeConsent(node.putObject("consent"), consent));
      putAll(node.putArray("spentConsents"), entry.spentConsents());
    }
    return content;
  }

  private static void writeConsent(ObjectNode node, Consent consent) {
    node.put("id", consent.id()).put("data", consent.data());
    putAll(node.putArray("steps"), consent.steps());
  }

  private static void putAll(ArrayNode list, Set<String> texts) {
    texts.stream().sorted().forEach(list::add);
  }

  static Inventory.Content read(ObjectNode content) {
    SortedMap<ResourceKey, InventoryEntry> entries = new TreeMap<>();
    for (JsonNode node : content.required("entries")) {
      InventoryEntry entry = entry(node);
      entries.put(entry.key(), entry);
    }
    SortedSet<ResourceKey> held = new TreeSet<>();
    content.required("held").forEach(key -> held.add(key(key)));
    SortedMap<String, String> whole = new TreeMap<>();
    JsonNode roots = content.required("whole");
    roots.fieldNames().forEachRemaining(root -> whole.put(root, text(roots, root)));
    return new Inventory.Content(entries, held, whole);
  }

  private static InventoryEntry entry(JsonNode node) {
    return new InventoryEntry(
        key(node.required("key")),
        new Identity(text(node, "uid"), node.required("generation").longValue()),
        text(node, "root"),
        text(node, "specHash"),
        text(node, "document"),
        text(node, "file"),
        node.path("resource") instanceof ObjectNode resource
            ? Optional.of(resource)
            : Optional.empty(),
        Instant.parse(text(node, "created")),
        node.has("tombstone") ? Optional.of(tombstone(node.path("tombstone"))) : Optional.empty(),
        node.required("retained").booleanValue(),
        node.has("consent") ? Optional.of(consent(node.path("consent"))) : Optional.empty(),
        texts(node.required("spentConsents")));
  }

  private static Tombstone tombstone(JsonNode node) {
    return new Tombstone(
        Instant.parse(text(node, "since")), text(node, "why"), node.path("data").booleanValue());
  }

  private static Consent consent(JsonNode node) {
    return new Consent(text(node, "id"), texts(node.required("steps")), node.path("data").asText());
  }

  private static Set<String> texts(JsonNode list) {
    Set<String> texts = new HashSet<>();
    list.forEach(text -> texts.add(text.textValue()));
    return texts;
  }

  static ObjectNode key(ResourceKey key) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", key.kind())
        .put("namespace", key.namespace())
        .put("name", key.name());
  }

  static ResourceKey key(JsonNode node) {
    return new ResourceKey(text(node, "kind"), text(node, "namespace"), text(node, "name"));
  }

  static String text(JsonNode node, String field) {
    JsonNode value = node.required(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("field " + field + " is no string: " + value);
    }
    return value.textValue();
  }
}
