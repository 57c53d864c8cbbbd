package dev.pglet.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Named;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole spec of a resource.
 *
 * @param fields by their path, in the order of the spec; empty when there are problems
 * @param problems why it cannot be put together, as lines for people
 */
record WholeSpec(Map<String, Value> fields, List<String> problems) {
  /**
   * A value of a spec.
   *
   * @param text for people; {@code -} for none
   * @param from where it was written
   */
  record Value(String text, String from) {}

  /** What a user means: {@code KIND NAME}, {@code KIND/NAME}, or a name that is clear alone. */
  static ResourceKey key(List<String> words, String namespace, Session session)
      throws ReconcileException {
    if (words.size() == 1 && !words.getFirst().contains("/")) {
      return new Named(session, (CrdDefinition kind) -> kind.layering().isPresent())
          .keys(words, namespace)
          .first();
    }
    List<ResourceKey> keys = Target.keys(words, namespace, session.kinds());
    if (keys.size() != 1) {
      throw new UsageError("one resource at a time: write KIND/NAME");
    }
    return keys.getFirst();
  }

  static WholeSpec of(ResourceKey key, Optional<String> template, String instead, Session session)
      throws ReconcileException {
    ObjectNode report =
        session
            .wholeSpec(key, template, instead)
            .orElseThrow(() -> new UsageError(key + " not found: no manifest in force defines it"));
    Map<String, Value> fields = new LinkedHashMap<>();
    for (JsonNode field : report.path("fields")) {
      fields.put(
          field.path("field").asText(),
          new Value(text(field.path("value")), field.path("from").asText()));
    }
    List<String> problems = new ArrayList<>();
    report.path("problems").forEach(problem -> problems.add(problem.asText()));
    return new WholeSpec(fields, problems);
  }

  private static String text(JsonNode value) {
    if (value.isNull() || value.isContainerNode()) {
      return "-";
    }
    return value.asText().isEmpty() ? "\"\"" : value.asText();
  }
}
