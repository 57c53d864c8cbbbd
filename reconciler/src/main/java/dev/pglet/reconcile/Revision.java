package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A spec that was accepted.
 *
 * @param number the generation that it made; higher for later ones
 * @param accepted when it was taken in
 * @param file where its document was
 * @param specHash equal for equal specs
 * @param document its text as people wrote it, without a status
 */
public record Revision(
    long number, Instant accepted, String file, String specHash, String document) {
  public Revision {
    requireNonNull(accepted, "accepted is null");
    requireNonNull(file, "file is null");
    requireNonNull(specHash, "specHash is null");
    requireNonNull(document, "document is null");
  }
}
