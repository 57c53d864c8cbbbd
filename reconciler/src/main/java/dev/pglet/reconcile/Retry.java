package dev.pglet.reconcile;

/** Which policy a step runs through before its pass fails. */
public enum Retry {
  /** Once. */
  NONE,
  /** A few tries within seconds: something else may be using the thing. */
  BUSY,
  /** Tries until a deadline: something needs time to come up. */
  STARTING
}
