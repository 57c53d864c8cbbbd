package dev.pglet.reconcile.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

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
  private final Predicate<String> counted;
  private final List<String> passed = new ArrayList<>();
  private String diedAt = "";

  private CrashPoint(int dieAt, Predicate<String> counted) {
    this.dieAt = dieAt;
    this.counted = counted;
  }

  public static CrashPoint never() {
    return never(_ -> true);
  }

  /** Passes all moments, and counts those of the names. */
  static CrashPoint never(Predicate<String> counted) {
    return new CrashPoint(Integer.MAX_VALUE, counted);
  }

  /**
   * Dies at one of the moments.
   *
   * @param moment from 0
   */
  public static CrashPoint at(int moment) {
    return at(moment, _ -> true);
  }

  /** Dies at one of the moments of the names. */
  static CrashPoint at(int moment, Predicate<String> counted) {
    return new CrashPoint(moment, counted);
  }

  /** One moment, such as {@code before Build}. */
  public synchronized void reach(String where) {
    if (!diedAt.isEmpty()) {
      throw new SimulatedCrash("dead since " + diedAt);
    }
    if (!counted.test(where)) {
      return;
    }
    if (passed.size() == dieAt) {
      diedAt = where;
      throw new SimulatedCrash(where);
    }
    passed.add(where);
  }

  /** An act that has no moment of its own: only the dead do not get it done. */
  public synchronized void live() {
    if (!diedAt.isEmpty()) {
      throw new SimulatedCrash("dead since " + diedAt);
    }
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
