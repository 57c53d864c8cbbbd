package dev.pglet.manifest.edit.change;

import com.fasterxml.jackson.databind.JsonNode;

/** One change of what a document says. */
public sealed interface FieldChange {
  FieldPath path();

  /** Gives a field or item a value. A field that is missing is added, and what is above it. */
  record Put(FieldPath path, JsonNode value) implements FieldChange {}

  /** Removes a field or item. A mapping or list that is left empty stays, as such. */
  record Remove(FieldPath path) implements FieldChange {}

  /**
   * Adds an item to a list.
   *
   * @param path where the new item will be; what is there now, and all behind it, moves on by one
   */
  record Insert(FieldPath path, JsonNode value) implements FieldChange {}
}
