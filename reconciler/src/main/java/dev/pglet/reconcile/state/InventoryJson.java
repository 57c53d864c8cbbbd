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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The inventory's file format, version 5. What does not fit is an {@link RuntimeException}. */
final class InventoryJson {
  private InventoryJson() {}

  /**
   * From version 1, which did not remember what was held, 2, which did not where a root was whole,
   * 3, which did not in which file a document stood, and 4, which had no log, each to the next.
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
        },
        content -> content.put(InventoryStore.NUMBER, 0));
  }

  static ObjectNode write(Inventory.Content inventory) {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    keys(content.putArray("held"), inventory.held);
    ObjectNode whole = content.putObject("whole");
    inventory.whole.forEach(whole::put);
    ArrayNode list = content.putArray("entries");
    inventory.entries.values().forEach(entry -> list.add(write(entry)));
    return content;
  }

  /** Fields that say nothing are left out. */
  static ObjectNode write(Inventory.Change change) {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    if (!change.entries().isEmpty()) {
      ArrayNode list = content.putArray("entries");
      change.entries().forEach(entry -> list.add(write(entry)));
    }
    if (!change.removed().isEmpty()) {
      keys(content.putArray("removed"), change.removed());
    }
    change.held().ifPresent(held -> keys(content.putArray("held"), held));
    change.whole().ifPresent(whole -> whole.forEach(content.putObject("whole")::put));
    return content;
  }

  static Inventory.Change readChange(JsonNode content) {
    return new Inventory.Change(
        entries(content.path("entries")),
        keys(content.path("removed")),
        content.has("held")
            ? Optional.of(Set.copyOf(keys(content.path("held"))))
            : Optional.empty(),
        content.has("whole") ? Optional.of(whole(content.path("whole"))) : Optional.empty());
  }

  private static ObjectNode write(InventoryEntry entry) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
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
    return node;
  }

  private static void writeConsent(ObjectNode node, Consent consent) {
    node.put("id", consent.id()).put("data", consent.data());
    putAll(node.putArray("steps"), consent.steps());
  }

  private static void putAll(ArrayNode list, Set<String> texts) {
    texts.stream().sorted().forEach(list::add);
  }

  static Inventory.Content read(ObjectNode content) {
    Inventory.Content inventory = new Inventory.Content();
    inventory.apply(
        new Inventory.Change(
            entries(content.required("entries")),
            List.of(),
            Optional.of(Set.copyOf(keys(content.required("held")))),
            Optional.of(whole(content.required("whole")))));
    return inventory;
  }

  private static List<InventoryEntry> entries(JsonNode list) {
    List<InventoryEntry> entries = new ArrayList<>();
    list.forEach(node -> entries.add(entry(node)));
    return entries;
  }

  private static Map<String, String> whole(JsonNode roots) {
    Map<String, String> whole = new TreeMap<>();
    roots.fieldNames().forEachRemaining(root -> whole.put(root, text(roots, root)));
    return whole;
  }

  private static List<ResourceKey> keys(JsonNode list) {
    List<ResourceKey> keys = new ArrayList<>();
    list.forEach(key -> keys.add(key(key)));
    return keys;
  }

  private static void keys(ArrayNode list, Collection<ResourceKey> keys) {
    keys.forEach(key -> list.add(key(key)));
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
