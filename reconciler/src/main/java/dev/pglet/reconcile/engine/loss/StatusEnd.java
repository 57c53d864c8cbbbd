package dev.pglet.reconcile.engine.loss;

import dev.pglet.api.meta.Conditions;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Sequence;

/** Where a status ends that pglet has written: with the type of the last of its conditions. */
final class StatusEnd {
  private StatusEnd() {}

  /** Whether a document has a status, and that is not whole. */
  static boolean isMissing(YamlDocument document) {
    if (!(document.root() instanceof Mapping root) || root.entry("status").isEmpty()) {
      return false;
    }
    if (!(root.entry("status").get().value() instanceof Mapping status)
        || status.entry("conditions").isEmpty()
        || !(status.entry("conditions").get().value() instanceof Sequence conditions)
        || conditions.items().isEmpty()
        || !(conditions.items().getLast() instanceof Mapping last)) {
      return true;
    }
    return !last.entry("type")
        .filter(
            type ->
                type.value() instanceof YamlNode.Scalar text
                    && text.text().equals(Conditions.DELETING))
        .isPresent();
  }
}
