package dev.pglet.supervision;

import java.io.File;
import java.nio.file.Path;
import java.util.Collection;

/**
 * How full the fullest file system is that a server writes to. Immutable; equal as long as there is
 * nothing new to say, so it holds no numbers that tick.
 *
 * @param where the directory on that file system
 * @param belowMinimum whether less is free than the spec asks for
 */
public record DiskSpace(Level level, Path where, boolean belowMinimum) {
  /** As much as anybody could want. */
  public static final DiskSpace PLENTY = new DiskSpace(Level.GOOD, Path.of("/"), false);

  /** PostgreSQL writes its log ahead in files of this size: without room for one it panics. */
  private static final long SEGMENT = 16L << 20;

  /** A server that has run out of space needs a few of them to recover. */
  private static final long RECOVERY = 4 * SEGMENT;

  private static final double HIGH = 0.8;
  private static final double VERY_HIGH = 0.9;

  /** From good to bad. */
  public enum Level {
    GOOD,
    /** More than 80 % is used. */
    HIGH,
    /** More than 90 % is used. */
    VERY_HIGH,
    /** Less is free than a server needs that has run out of space and recovers. */
    TIGHT,
    /** Less is free than the next file of the write-ahead log needs. */
    FULL
  }

  /**
   * Looks at the file systems of some directories. One that is not there says nothing.
   *
   * @param minimum bytes that the spec wants to be free
   */
  public static DiskSpace of(Collection<Path> directories, MinFree minimum) {
    Level worst = Level.GOOD;
    Path where = PLENTY.where;
    boolean below = false;
    boolean first = true;
    for (Path directory : directories) {
      File file = directory.toFile();
      long total = file.getTotalSpace();
      if (total == 0) {
        continue;
      }
      long usable = file.getUsableSpace();
      Level level = level(total - file.getFreeSpace(), usable);
      below |= usable < minimum.bytes(total);
      if (first || level.compareTo(worst) > 0) {
        worst = level;
        where = directory;
        first = false;
      }
    }
    return new DiskSpace(worst, where, below);
  }

  static Level level(long used, long usable) {
    if (usable < SEGMENT) {
      return Level.FULL;
    }
    if (usable < RECOVERY) {
      return Level.TIGHT;
    }
    double share = (double) used / (used + usable);
    if (share > VERY_HIGH) {
      return Level.VERY_HIGH;
    }
    return share > HIGH ? Level.HIGH : Level.GOOD;
  }

  boolean enoughToStart() {
    return level.compareTo(Level.TIGHT) < 0;
  }

  /** Whether there is something to warn of. */
  public boolean pressure() {
    return level != Level.GOOD || belowMinimum;
  }
}
