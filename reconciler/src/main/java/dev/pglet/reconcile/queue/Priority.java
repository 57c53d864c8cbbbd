package dev.pglet.reconcile.queue;

/** Who goes first, in ascending order. */
public enum Priority {
  /** Nobody waits for it: everything is looked at again now and then. */
  RESYNC,
  /** Something changed. */
  EDIT
}
