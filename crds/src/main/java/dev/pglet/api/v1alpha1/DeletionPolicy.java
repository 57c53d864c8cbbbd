package dev.pglet.api.v1alpha1;

/** What becomes of the data when the manifest is deleted. */
public enum DeletionPolicy {
  /**
   * The server is stopped; the data and the secrets stay and are resumed when the manifest returns.
   */
  Retain,
  /** The server is stopped; the data and the secrets are removed. */
  Delete
}
