package dev.pglet.server;

import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;

/** Says what a file could not be used for. */
public final class FileFailure {
  private FileFailure() {}

  /** Wraps a failure with what was being done. */
  public static HostUnavailable of(String doing, IOException cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String remedy =
        message.contains("No space left")
            ? "Free some space on that file system"
            : "See that pglet may read and write there; it is tried again";
    return new HostUnavailable("FileFailure", doing + ": " + message, remedy, cause);
  }
}
