package dev.pglet.manifest.layer;

import dev.pglet.manifest.FieldPositions.Origin;
import dev.pglet.manifest.FieldPositions.Position;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.parse.YamlNode.Mapping;

/**
 * What one document contributes to a spec.
 *
 * @param source for people, such as {@code template staging}; empty for the document whose spec it
 *     is
 * @param below where the contribution stands in the document, such as {@code spec}
 * @param placeholders whether <code>${…}</code> is replaced in its texts
 */
record Layer(Manifest document, String source, String below, Mapping fields, boolean placeholders) {
  boolean own() {
    return source.isEmpty();
  }

  /** Where a field of the spec stands in this document. */
  String field(String path) {
    return path.isEmpty() ? below : below + (path.startsWith("[") ? "" : ".") + path;
  }

  Origin origin(String path) {
    Position position = document.positions().nearest(field(path));
    return new Origin(source, document.file(), position);
  }
}
