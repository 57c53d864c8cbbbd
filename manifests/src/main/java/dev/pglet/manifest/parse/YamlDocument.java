package dev.pglet.manifest.parse;

/**
 * One document of a text.
 *
 * @param root an empty plain scalar for an empty document
 * @param head index where the document begins: at its directives or {@code ---}; without them,
 *     where the document before it ends
 * @param start index where its own text begins, after {@code ---}
 * @param end index where its own text ends, before {@code ...} or the next document
 * @param tail index where the next document begins, after {@code ...}
 * @param explicitStart whether it begins with {@code ---}
 * @param explicitEnd whether it ends with {@code ...}
 * @param directives the {@code %} lines in a canonical form, to compare
 */
public record YamlDocument(
    YamlNode root,
    int head,
    int start,
    int end,
    int tail,
    boolean explicitStart,
    boolean explicitEnd,
    String directives) {
  /** Whether there is nothing but comments in it. */
  public boolean isEmpty() {
    return root instanceof YamlNode.Scalar scalar
        && scalar.isNull()
        && scalar.properties().isEmpty()
        && scalar.text().isEmpty();
  }
}
