package dev.pglet.cli.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Fields of a spec as a command line names them, as one JSON merge patch of the document. */
public final class SpecPatch {
  private SpecPatch() {}

  /**
   * Gives fields values.
   *
   * @param changes {@code FIELD=VALUE} each
   * @throws UsageError when the kind has no such field, or one is named twice
   */
  public static ObjectNode setting(CrdDefinition kind, List<String> changes) {
    return patch(kind, changes, true);
  }

  /** Removes fields, by their names. */
  public static ObjectNode unsetting(CrdDefinition kind, List<String> names) {
    return patch(kind, names, false);
  }

  private static ObjectNode patch(CrdDefinition kind, List<String> changes, boolean set) {
    JsonNode patch = JsonNodeFactory.instance.objectNode();
    Set<FieldPath> seen = new HashSet<>();
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (set != equals > 0) {
        throw new UsageError(
            set
                ? "'" + change + "' has no value: write FIELD=VALUE"
                : "'" + change + "' has a value: to unset a field write its name alone");
      }
      SpecField field = SpecField.of(kind, set ? change.substring(0, equals) : change);
      if (!seen.add(field.path())) {
        throw new UsageError(field.path() + " is named twice");
      }
      JsonNode value = set ? field.value(change.substring(equals + 1)) : NullNode.getInstance();
      patch = MergePatch.join(patch, field.patch(value));
    }
    return (ObjectNode) patch;
  }
}
