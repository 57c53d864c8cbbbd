package dev.pglet.cli;

/** The command line was written wrongly: exit code 2. The message says how to write it. */
public final class UsageError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageError(String message) {
    super(message);
  }
}
