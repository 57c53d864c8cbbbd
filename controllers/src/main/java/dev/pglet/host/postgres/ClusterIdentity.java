package dev.pglet.host.postgres;

import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * Gives a copy of a cluster that has never run an identity of its own: the system identifier, by
 * which WAL and standbys know their cluster, and the nonce with which it answers for users that it
 * does not have. Both are in {@code global/pg_control}, which ends in a CRC-32C over all before it;
 * the identifier is in the first page of each WAL segment, too (xlog_internal.h).
 */
final class ClusterIdentity {
  private static final int CONTROL_VERSION = 8;

  /** Where the CRC may be: the fields before it have grown with the versions. */
  private static final int SHORTEST = 200;

  private static final int LONGEST = 400;
  private static final int LIMIT = 64 << 10;
  private static final int NONCE = 32;

  /** From this version on a flag of one byte lies before the nonce, and so three after it. */
  private static final int FLAGGED_VERSION = 1800;

  private static final SecureRandom RANDOM = new SecureRandom();

  private ClusterIdentity() {}

  /** Requires that it can be given another one. */
  static void require(Path cluster) throws IOException {
    ByteBuffer control = control(cluster);
    checksum(control);
    for (Path segment : WalSegments.in(cluster.resolve("pg_wal"))) {
      require(segment, control.getLong(0));
    }
  }

  /**
   * Gives it another one.
   *
   * @param cluster nobody else can write there, and no server of it has run
   */
  static void renew(Path cluster) throws IOException {
    ByteBuffer control = control(cluster);
    int end = checksum(control);
    long before = control.getLong(0);
    long identifier = identifier();
    control.putLong(0, identifier);
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    boolean flagged = control.getInt(CONTROL_VERSION) >= FLAGGED_VERSION;
    control.put(end - NONCE - (flagged ? 3 : 0), nonce);
    control.putInt(end, crc(control, end));
    for (Path segment : WalSegments.in(cluster.resolve("pg_wal"))) {
      require(segment, before);
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      overwrite(segment, WalSegments.IDENTIFIER, bytes.putLong(0, identifier));
    }
    overwrite(cluster.resolve("global/pg_control"), 0, control);
  }

  private static void require(Path segment, long identifier) throws IOException {
    if (WalSegments.identifier(segment).orElse(0) != identifier) {
      throw new IOException(segment + " does not begin as a segment of its cluster does");
    }
  }

  /** Made as initdb makes it: the seconds, the microseconds, and twelve bits of the process. */
  private static long identifier() {
    Instant now = Instant.now();
    return now.getEpochSecond() << 32 | (now.getNano() / 1000L) << 12 | RANDOM.nextInt(1 << 12);
  }

  private static ByteBuffer control(Path cluster) throws IOException {
    return ByteBuffer.wrap(RegularFiles.read(cluster, "global/pg_control", LIMIT))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the CRC is: the only place whose content is that of what lies before. */
  static int checksum(ByteBuffer control) throws IOException {
    for (int end = SHORTEST; end < LONGEST && end + Integer.BYTES <= control.limit(); end += 4) {
      if (control.getInt(end) == crc(control, end)) {
        return end;
      }
    }
    throw new IOException("global/pg_control has no checksum where PostgreSQL 13 to 18 have it");
  }

  private static int crc(ByteBuffer control, int end) {
    CRC32C crc = new CRC32C();
    crc.update(control.slice(0, end));
    return (int) crc.getValue();
  }

  private static void overwrite(Path file, long position, ByteBuffer bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      bytes.clear();
      for (long at = position; bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
    }
  }
}
