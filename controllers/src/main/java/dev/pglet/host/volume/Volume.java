package dev.pglet.host.volume;

import java.nio.file.Path;
import java.util.Optional;

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

  /** The fact in the marker: PGDATA, where it is not in the volume. */
  public static final String DATA_FACT = "dataDirectory";

  /** The directory in a volume's that is a file system of its own, for drivers that make one. */
  static final String TREE = "tree";

  /** PGDATA. */
  public Path data() {
    return elsewhere().orElse(tree(directory, marker.driver()).resolve("data"));
  }

  /**
   * Where a driver holds data in a volume's directory: there itself, or in a file system of its
   * own.
   */
  static Path tree(Path directory, String driver) {
    return driver.equals(BtrfsDriver.NAME) ? directory.resolve(TREE) : directory;
  }

  /** Whether nothing can be renamed from the volume's directory into PGDATA. */
  public boolean isApart() {
    return !directory.equals(data().getParent());
  }

  /** PGDATA, when it is not in the volume. */
  public Optional<Path> elsewhere() {
    return Optional.ofNullable(marker.fact(DATA_FACT)).map(Path::of);
  }

  /**
   * A directory of this process on the file system of PGDATA, which the account may only pass
   * through: where PGDATA lies, or things are made that come into it. Outside the volume it may be
   * missing.
   */
  public Path beside() {
    return elsewhere()
        .map(data -> data.resolveSibling(".pglet-" + marker.volume()))
        .orElse(tree(directory, marker.driver()));
  }
}
