package dev.pglet.host.volume;

import java.nio.file.Path;

/**
 * A volume that exists.
 *
 * @param pool the absolute directory under which it lies
 * @param directory its own absolute directory; owned by the server account, 0700
 */
public record Volume(Path pool, Path directory, VolumeMarker marker) {
  /** PGDATA. */
  public Path data() {
    return directory.resolve("data");
  }
}
