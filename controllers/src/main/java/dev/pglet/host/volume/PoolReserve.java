package dev.pglet.host.volume;

import dev.pglet.host.command.AccountSwitch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A file in a pool that only takes space: whoever removes it gives servers that have run out of it
 * what they need to recover. Stateless.
 */
public final class PoolReserve {
  private static final long LARGEST = 64L << 20;
  private static final int SHARE = 100;

  /** A reserve that takes the space that servers need would do harm. */
  private static final int TIMES_FREE = 10;

  private static final long DEADLINE_SECONDS = 10;

  private PoolReserve() {}

  public static Path file(Path pool) {
    return pool.resolve("reserve");
  }

  /**
   * Makes it where there is none and a lot of space is free. It is a comfort: what cannot be made
   * is left out.
   */
  public static void make(Path pool) {
    Path file = file(pool);
    File disk = pool.toFile();
    long size = Math.min(LARGEST, disk.getTotalSpace() / SHARE);
    Optional<Path> fallocate = AccountSwitch.find("fallocate");
    if (size == 0
        || disk.getUsableSpace() < TIMES_FREE * size
        || fallocate.isEmpty()
        || Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      if (!allocated(fallocate.get(), file, size)) {
        Files.delete(file);
      }
    } catch (IOException e) {
      // Nothing depends on it.
    }
  }

  /**
   * Removes it.
   *
   * @return how many bytes that has freed; empty when there was none
   */
  public static Optional<Long> release(Path pool) throws IOException {
    Path file = file(pool);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    long size = Files.size(file);
    Files.delete(file);
    return Optional.of(size);
  }

  private static boolean allocated(Path fallocate, Path file, long size) throws IOException {
    Process process =
        new ProcessBuilder(fallocate.toString(), "--length", Long.toString(size), file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
