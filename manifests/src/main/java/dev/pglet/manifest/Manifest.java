package dev.pglet.manifest;

import dev.pglet.api.meta.ResourceKey;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One accepted document.
 *
 * @param resource bound from the text; its status is absent, whatever the file says
 * @param file the absolute path of the file
 * @param document its place in the file, from 0
 * @param specHash SHA-256 in hexadecimal of the spec's canonical form: equal for equal specs,
 *     however they are written
 * @param text the document's own text as it is in the file, status included
 * @param positions where each field is
 * @param layers the other documents that are part of its spec, the strongest first
 */
public record Manifest(
    ResourceKey key,
    CustomResource<?, ?> resource,
    Path file,
    int document,
    String specHash,
    String text,
    FieldPositions positions,
    List<ResourceKey> layers) {
  public Manifest {
    layers = List.copyOf(layers);
  }

  /** A document that stands for itself. */
  public Manifest(
      ResourceKey key,
      CustomResource<?, ?> resource,
      Path file,
      int document,
      String specHash,
      String text,
      FieldPositions positions) {
    this(key, resource, file, document, specHash, text, positions, List.of());
  }

  /** {@code file:line:column} of a field; of the nearest parent when it is not written. */
  public String place(String field) {
    FieldPositions.Position position = positions.nearest(field);
    return "%s:%d:%d".formatted(file, position.line(), position.column());
  }

  /**
   * A problem of this document at a field; at the nearest parent when the field is not written.
   * Where another document has written the value, it points there and names this one.
   */
  public Problem problem(String field, String message) {
    Optional<FieldPositions.Origin> origin = positions.origin(field);
    if (origin.isPresent()) {
      FieldPositions.Position written = origin.get().position();
      return new Problem(
          origin.get().file(),
          written.line(),
          written.column(),
          field,
          "for %s: %s".formatted(key, message));
    }
    FieldPositions.Position position = positions.nearest(field);
    return new Problem(file, position.line(), position.column(), field, message);
  }
}
