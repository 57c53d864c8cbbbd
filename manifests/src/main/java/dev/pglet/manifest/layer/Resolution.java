package dev.pglet.manifest.layer;

import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.Problem;
import java.util.List;

/** What becomes of a document whose spec is put together from several. */
public sealed interface Resolution {
  /**
   * The document with the whole spec.
   *
   * @param manifest its resource and hash are of the whole spec; its positions know where each
   *     value was written
   */
  record Resolved(Manifest manifest) implements Resolution {}

  /** It cannot be put together. */
  record Unresolved(List<Problem> problems) implements Resolution {
    public Unresolved {
      problems = List.copyOf(problems);
    }
  }
}
