package dev.pglet.host.volume;

import java.nio.file.Path;

/**
 * A volume that exists.
 *
 * @param pool the absolute directory under which it lies
 * @param directory its own absolute directory; owned by this process; the server account may only
 *     pass through it
 */
public record Volume(Path pool, Path directory, VolumeMarker marker) {
  /** The account passes through a volume, and can neither list nor change what is in it. */
  public static final String MODE = "rwx--x---";

  /** PGDATA. */
  public Path data() {
    return directory.resolve("data");
  }
}
