package dev.pglet.manifest;

import dev.pglet.api.meta.ResourceKey;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.file.Path;

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
 */
public record Manifest(
    ResourceKey key,
    CustomResource<?, ?> resource,
    Path file,
    int document,
    String specHash,
    String text,
    FieldPositions positions) {
  /** A problem of this document at a field; at the nearest parent when the field is not written. */
  public Problem problem(String field, String message) {
    FieldPositions.Position position = positions.nearest(field);
    return new Problem(file, position.line(), position.column(), field, message);
  }
}
