package dev.pglet.host.volume;

import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;

/** Says what a failed access to a pool means to the user. */
final class VolumeErrors {
  /** The reason of a probe that shows that a driver cannot work in a pool. */
  static final String DRIVER_UNUSABLE = "DriverUnusable";

  private VolumeErrors() {}

  static HostUnavailable io(String reason, String doing, IOException e) {
    String text = text(e);
    if (isFull(e)) {
      return new HostUnavailable(
          "NoSpace", doing + ": " + text, "Free space there, or choose another pool", e);
    }
    if (text.contains("Read-only file system")) {
      return new HostUnavailable(
          "ReadOnly",
          doing + ": " + text,
          "Mount it writable, or choose another place with --data-root",
          e);
    }
    return new HostUnavailable(reason, doing + ": " + text, "See that pglet may write there", e);
  }

  static HostUnavailable full(Path target, long needed, long free, IOException e) {
    return new HostUnavailable(
        "NoSpace",
        "copying to %s needs %d bytes, %d are free".formatted(target, needed, free),
        "Free space there, or choose another pool",
        e);
  }

  static boolean isFull(IOException e) {
    String text = text(e).toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("quota exceeded");
  }

  private static String text(IOException e) {
    if (e instanceof FileSystemException fs && fs.getReason() == null) {
      return e.getClass().getSimpleName() + ": " + fs.getFile();
    }
    return String.valueOf(e.getMessage());
  }
}
