package dev.pglet.manifest;

import java.util.Map;

/**
 * Where the fields of a document are in their file.
 *
 * @param byField by path: mapping keys joined by dots, items as {@code [0]}, such as {@code
 *     spec.extensions[0].name}; the empty path is the document
 */
public record FieldPositions(Map<String, Position> byField) {
  /** A place in a file; line and column from 1. */
  public record Position(int line, int column) {}

  public FieldPositions {
    byField = Map.copyOf(byField);
  }

  /** The place of the field, or of its nearest parent that is written. */
  public Position nearest(String field) {
    String path = field;
    while (!path.isEmpty()) {
      Position position = byField.get(path);
      if (position != null) {
        return position;
      }
      path = path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }
    return byField.getOrDefault("", new Position(1, 1));
  }
}
