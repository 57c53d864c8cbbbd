package dev.pglet.daemon.doctor;

import dev.pglet.reconcile.ReconcileException;

/**
 * What one look has found.
 *
 * @param subject what was looked at
 * @param good whether all is well with it
 * @param detail what was seen
 * @param remedy what to do; empty where all is well, or where the detail says it
 */
record Finding(String subject, boolean good, String detail, String remedy) {
  static Finding good(String subject, String detail) {
    return new Finding(subject, true, detail, "");
  }

  static Finding problem(String subject, String detail, String remedy) {
    return new Finding(subject, false, detail, remedy);
  }

  static Finding problem(String subject, ReconcileException e) {
    return problem(subject, String.valueOf(e.getMessage()), e.remedy());
  }

  @Override
  public String toString() {
    String line = "%-8s %-14s %s".formatted(good ? "ok" : "problem", subject, detail);
    return remedy.isEmpty() ? line : line + "\n" + " ".repeat(24) + remedy;
  }
}
