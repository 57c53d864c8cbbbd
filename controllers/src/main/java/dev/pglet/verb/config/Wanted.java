package dev.pglet.verb.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.WantedSetting;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A setting as the spec in force wants it.
 *
 * @param name in lower case
 * @param value as postgresql.conf has it; it may hold a secret
 * @param field of the spec; empty when none gives it
 * @param from where that field was written ({@code file:line:column}, a template, or {@code
 *     default}), or who gives it in place of a field
 */
record Wanted(String name, String value, String field, String from) {
  /** In words for people: the field and its place. */
  String origin() {
    return field.isEmpty() ? from : field + ", " + from;
  }

  /**
   * All settings of a server, by name.
   *
   * @throws Refused when they are not known yet
   */
  static Map<String, Wanted> of(ResourceKey key, Session session) throws ReconcileException {
    Map<String, String> places = places(key, session);
    Map<String, Wanted> wanted = new LinkedHashMap<>();
    for (WantedSetting setting : session.resources().settings(key).orElseThrow(() -> gone(key))) {
      String from = setting.field().isEmpty() ? setting.origin() : place(setting.field(), places);
      wanted.put(
          setting.name(), new Wanted(setting.name(), setting.value(), setting.field(), from));
    }
    if (wanted.isEmpty()) {
      throw new Refused(
          "NotConfigured",
          key + " has no configuration yet: it is made together with its data",
          "See what it waits for with: pglet describe " + key);
    }
    return Collections.unmodifiableMap(wanted);
  }

  private static Refused gone(ResourceKey key) {
    return new Refused("NotFound", key + " does not exist", "See pglet get for what does");
  }

  private static Map<String, String> places(ResourceKey key, Session session)
      throws ReconcileException {
    Map<String, String> places = new LinkedHashMap<>();
    Optional<ObjectNode> report = session.wholeSpec(key, Optional.empty(), "");
    JsonNode fields =
        report.<JsonNode>map(whole -> whole.path("fields")).orElse(MissingNode.getInstance());
    for (JsonNode field : fields) {
      places.put(field.path("field").asText(), field.path("from").asText());
    }
    return places;
  }

  /** That of the field itself; else the one place of all that is below it, if it is one. */
  private static String place(String field, Map<String, String> places) {
    String exact = places.get(field);
    if (exact != null) {
      return exact;
    }
    Set<String> below = new LinkedHashSet<>();
    places.forEach(
        (path, from) -> {
          if (path.startsWith(field + ".") || path.startsWith(field + "[")) {
            below.add(from);
          }
        });
    return below.size() == 1
        ? below.iterator().next()
        : below.isEmpty() ? "default" : "its entries";
  }
}
