package dev.pglet.cli.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.UsageError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Labels or annotations to set and to remove, as kubectl writes them: {@code k=v} and {@code k-}.
 *
 * @param values by key; empty to remove it
 */
record MetadataChange(String field, Map<String, Optional<String>> values) {
  /** Whether a word is a change, rather than the name of a resource. */
  static boolean isChange(String word) {
    return word.contains("=") || word.endsWith("-");
  }

  static MetadataChange of(String field, List<String> words) {
    Map<String, Optional<String>> values = new TreeMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word.substring(0, word.length() - 1) : word.substring(0, equals);
      if (key.isEmpty()) {
        throw new UsageError("'" + word + "' has no key: write KEY=VALUE or KEY-");
      }
      Optional<String> value =
          equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
      if (values.put(key, value) != null) {
        throw new UsageError("'" + key + "' is named twice; set it or remove it");
      }
    }
    return new MetadataChange(field, values);
  }

  /** The keys that have another value already, each with it, as sentences. */
  List<String> overwritten(ObjectNode object) {
    List<String> taken = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          JsonNode there = object.path("metadata").path(field).path(key);
          if (value.isPresent() && there.isTextual() && !there.asText().equals(value.get())) {
            taken.add("'%s' already has a value (%s)".formatted(key, there.asText()));
          }
        });
    return taken;
  }

  /** The keys to remove that are not there. */
  List<String> missing(ObjectNode object) {
    return values.entrySet().stream()
        .filter(entry -> entry.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .filter(key -> !object.path("metadata").path(field).has(key))
        .toList();
  }

  ObjectNode patch() {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode strings = patch.putObject("metadata").putObject(field);
    values.forEach(
        (key, value) ->
            value.ifPresentOrElse(text -> strings.put(key, text), () -> strings.putNull(key)));
    return patch;
  }
}
