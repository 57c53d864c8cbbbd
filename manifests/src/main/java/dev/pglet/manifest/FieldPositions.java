package dev.pglet.manifest;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the fields of a document are in their file, and where those come from that it does not
 * write itself.
 *
 * @param byField by path: mapping keys joined by dots, items as {@code [0]}, such as {@code
 *     spec.extensions[0].name}; the empty path is the document
 * @param inherited by the same paths: what other documents contribute to the spec
 */
public record FieldPositions(Map<String, Position> byField, Map<String, Origin> inherited) {
  /** A place in a file; line and column from 1. */
  public record Position(int line, int column) {}

  /**
   * Where a value was written that is not the document's own.
   *
   * @param source for people, such as {@code template staging}
   * @param file where it was written, or a name for what is no file
   */
  public record Origin(String source, Path file, Position position) {
    /** {@code template staging (/etc/pglet/manifests/staging.yaml:9:5)}. */
    @Override
    public String toString() {
      return "%s (%s:%d:%d)".formatted(source, file, position.line(), position.column());
    }
  }

  public FieldPositions {
    byField = Map.copyOf(byField);
    inherited = Map.copyOf(inherited);
  }

  public FieldPositions(Map<String, Position> byField) {
    this(byField, Map.of());
  }

  public FieldPositions inheriting(Map<String, Origin> origins) {
    return new FieldPositions(byField, origins);
  }

  /** The place of the field, or of its nearest parent that is written in the document. */
  public Position nearest(String field) {
    for (String path = field; !path.isEmpty(); path = parent(path)) {
      Position position = byField.get(path);
      if (position != null) {
        return position;
      }
    }
    return byField.getOrDefault("", new Position(1, 1));
  }

  /** The other document that the field, or its nearest parent that is written, comes from. */
  public Optional<Origin> origin(String field) {
    for (String path = field; !path.isEmpty(); path = parent(path)) {
      Origin origin = inherited.get(path);
      if (origin != null) {
        return Optional.of(origin);
      }
      if (byField.containsKey(path)) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
  }
}
