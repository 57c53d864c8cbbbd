package dev.pglet.health;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
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
    try {
      FileStore store = Files.getFileStore(directory);
      return Optional.of(
          new DiskSpace(
              store.getTotalSpace() - store.getUnallocatedSpace(), store.getUsableSpace()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** As df says it: of what an ordinary account can have at all. */
  public double percent() {
    long all = used + usable;
    return all == 0 ? 100 : 100.0 * used / all;
  }
}
