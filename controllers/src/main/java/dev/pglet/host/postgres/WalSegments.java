package dev.pglet.host.postgres;

import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Segments of WAL by their files. The first page of each names the cluster that it is of, in a
 * header that has not changed from PostgreSQL 13 to 18 (xlog_internal.h).
 */
public final class WalSegments {
  /** Where in a segment the system identifier is. */
  static final int IDENTIFIER = 24;

  private static final int FLAGS = 2;
  private static final int LONG_HEADER = 2;

  private WalSegments() {}

  /**
   * Whether a directory holds segments of a cluster, and none of another.
   *
   * @param systemIdentifier unsigned, in decimal
   */
  public static boolean areOf(Path directory, String systemIdentifier) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    long wanted = Long.parseUnsignedLong(systemIdentifier);
    boolean found = false;
    for (Path segment : in(directory)) {
      OptionalLong identifier = identifier(segment);
      if (identifier.isPresent() && identifier.getAsLong() != wanted) {
        return false;
      }
      found |= identifier.isPresent();
    }
    return found;
  }

  static List<Path> in(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> segments =
        Files.newDirectoryStream(
            directory, file -> file.getFileName().toString().matches("[0-9A-F]{24}"))) {
      segments.forEach(found::add);
    }
    return found;
  }

  /** Of the cluster that a segment is of; one that is not used yet has none. */
  static OptionalLong identifier(Path segment) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(IDENTIFIER + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = RegularFiles.open(segment)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {
        // Goes on.
      }
    }
    boolean begun = !header.hasRemaining() && (header.getShort(FLAGS) & LONG_HEADER) != 0;
    return begun ? OptionalLong.of(header.getLong(IDENTIFIER)) : OptionalLong.empty();
  }
}
