package dev.pglet.manifest.parse;

/** A place in a text; line and column from 1. Both are 0 when the text as a whole is meant. */
public record Place(int line, int column) {
  public static final Place WHOLE_TEXT = new Place(0, 0);
}
