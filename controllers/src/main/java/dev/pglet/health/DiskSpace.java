package dev.pglet.health;

import java.io.File;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file system under a directory.
 *
 * @param used bytes in use
 * @param usable bytes that are left for an ordinary account
 */
public record DiskSpace(long used, long usable) {
  /** Empty when the directory cannot be looked at: it may be gone just now. */
  static Optional<DiskSpace> under(Path directory) {
    // Not from a FileStore, which wants the mount table to name the root: in a chroot it may not.
    File file = directory.toFile();
    long total = file.getTotalSpace();
    return total == 0
        ? Optional.empty()
        : Optional.of(new DiskSpace(total - file.getFreeSpace(), file.getUsableSpace()));
  }

  /** As df says it: of what an ordinary account can have at all. */
  public double percent() {
    long all = used + usable;
    return all == 0 ? 100 : 100.0 * used / all;
  }
}
