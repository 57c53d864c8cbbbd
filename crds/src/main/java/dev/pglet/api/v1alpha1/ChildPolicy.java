package dev.pglet.api.v1alpha1;

/** What deletion does when branches depend on this one. */
public enum ChildPolicy {
  /** Deletion waits until no branch names this one as its source. */
  Restrict
}
