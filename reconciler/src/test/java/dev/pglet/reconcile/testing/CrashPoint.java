package dev.pglet.reconcile.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * The moment at which a process dies. Everything that it does to the outside passes by here, before
 * and after; from the chosen moment on nothing gets through any more. Thread-safe.
 */
public final class CrashPoint {
  /** The process is dead. Nobody handles it; who does all the same gets nothing done. */
  public static final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(String where) {
      super(where);
    }
  }

  private final int dieAt;
  private final List<String> passed = new ArrayList<>();
  private String diedAt = "";

  private CrashPoint(int dieAt) {
    this.dieAt = dieAt;
  }

  public static CrashPoint never() {
    return new CrashPoint(Integer.MAX_VALUE);
  }

  /**
   * Dies at one of the moments.
   *
   * @param moment from 0
   */
  public static CrashPoint at(int moment) {
    return new CrashPoint(moment);
  }

  /** One moment, such as {@code before Build}. */
  public synchronized void reach(String where) {
    if (!diedAt.isEmpty()) {
      throw new SimulatedCrash("dead since " + diedAt);
    }
    if (passed.size() == dieAt) {
      diedAt = where;
      throw new SimulatedCrash(where);
    }
    passed.add(where);
  }

  /** How many moments have passed. */
  public synchronized int moments() {
    return passed.size();
  }

  public synchronized boolean crashed() {
    return !diedAt.isEmpty();
  }

  @Override
  public synchronized String toString() {
    return diedAt.isEmpty() ? "no crash" : "crash number " + dieAt + ", " + diedAt;
  }
}
