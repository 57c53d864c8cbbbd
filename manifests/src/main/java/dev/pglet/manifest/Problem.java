package dev.pglet.manifest;

import java.nio.file.Path;

/**
 * What is wrong with a manifest, and where.
 *
 * @param file the file as the user knows it
 * @param line from 1; 0 when the file as a whole is meant
 * @param column from 1; 0 when the file as a whole is meant
 * @param field the path of the field, such as {@code spec.network.port}; empty for none
 * @param message what is wrong and what to do, without the place
 */
public record Problem(Path file, int line, int column, String field, String message) {
  /** {@code file:line:column: field: message}, without the parts that are not known. */
  @Override
  public String toString() {
    String place = line == 0 ? file.toString() : file + ":" + line + ":" + column;
    return field.isEmpty() ? place + ": " + message : place + ": " + field + ": " + message;
  }
}
