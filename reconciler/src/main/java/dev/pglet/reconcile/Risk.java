package dev.pglet.reconcile;

/** What a step may do to those who use the resource. */
public enum Risk {
  SAFE,
  RELOAD,
  RESTART,
  /** Removes data: runs only by policy of the spec or with the user's consent. */
  DESTRUCTIVE
}
