package dev.pglet.branch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Names of WAL files, as PostgreSQL's {@code xlog_internal.h} defines them. Pure. */
final class WalSegments {
  private static final long BYTES_PER_LOG = 0x1_0000_0000L;

  private WalSegments() {}

  /** The byte position of an LSN such as {@code 0/3000028}. */
  static long position(String lsn) {
    int slash = lsn.indexOf('/');
    return (Long.parseLong(lsn.substring(0, slash), 16) << 32)
        + Long.parseLong(lsn.substring(slash + 1), 16);
  }

  /**
   * The files that hold the bytes from one position up to, not including, another.
   *
   * @param timeline eight hexadecimal digits
   * @param size bytes of a segment
   */
  static List<String> names(String timeline, long size, long from, long to) {
    long perLog = BYTES_PER_LOG / size;
    List<String> names = new ArrayList<>();
    for (long segment = from / size; segment <= (to - 1) / size; segment++) {
      names.add(
          timeline + String.format(Locale.ROOT, "%08X%08X", segment / perLog, segment % perLog));
    }
    return names;
  }
}
