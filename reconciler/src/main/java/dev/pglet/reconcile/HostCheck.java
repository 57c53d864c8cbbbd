package dev.pglet.reconcile;

import static java.util.Objects.requireNonNull;

/**
 * What one look at this host has found, before anything is made there.
 *
 * @param subject what was looked at, in a word or two
 * @param detail what was seen
 * @param remedy what to do; empty where all is well, or where the detail says it
 */
public record HostCheck(String subject, Result result, String detail, String remedy) {
  /** How it is. */
  public enum Result {
    OK,
    /** It works, and some things may not, or not well. */
    WARN,
    /** Something that is needed does not work. */
    FAIL
  }

  public HostCheck {
    requireNonNull(result, "result is null");
  }

  public static HostCheck ok(String subject, String detail) {
    return new HostCheck(subject, Result.OK, detail, "");
  }

  public static HostCheck warn(String subject, String detail, String remedy) {
    return new HostCheck(subject, Result.WARN, detail, remedy);
  }

  public static HostCheck fail(String subject, String detail, String remedy) {
    return new HostCheck(subject, Result.FAIL, detail, remedy);
  }

  public static HostCheck fail(String subject, ReconcileException e) {
    return fail(subject, String.valueOf(e.getMessage()), e.remedy());
  }
}
