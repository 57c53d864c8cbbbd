package dev.pglet.host.postgres;

import dev.pglet.host.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Set;

/**
 * What the files of a cluster say that somebody else has made.
 *
 * @param systemIdentifier unsigned, in decimal
 * @param standby whether its last server replayed WAL of another one or of an archive, and has not
 *     been promoted
 * @param walSegmentMegabytes a power of two, from 1 to 1024
 * @param commitTimestamps whether its last server kept them, which the first one that does not
 *     removes
 */
public record FoundCluster(
    String systemIdentifier,
    boolean standby,
    int walSegmentMegabytes,
    boolean dataChecksums,
    boolean commitTimestamps) {
  private static final int LONGEST = 64 << 10;
  private static final int STATE = 16;
  private static final int SHUT_DOWN_IN_RECOVERY = 2;
  private static final int IN_ARCHIVE_RECOVERY = 5;

  /**
   * By it PostgreSQL knows that a file is of a host like this one, and we where the fields are that
   * do not change their places after it: those before it have become more with the versions.
   */
  private static final double FLOAT_FORMAT = 1234567.0;

  private static final int FIRST_FLOAT = 104;

  /** Before it: maxAlign, and before that track_commit_timestamp, which is padded. */
  private static final int ALIGNMENT = -4;

  private static final int COMMIT_TIMESTAMPS = -8;
  private static final Set<Integer> ALIGNMENTS = Set.of(4, 8);

  /** From there on: xlog_seg_size, nameDataLen and data_checksum_version of pg_control.h. */
  private static final int SEGMENT_SIZE = 20;

  private static final int NAME_LENGTH = 24;
  private static final int CHECKSUMS = 44;
  private static final int NAME_DATA_LEN = 64;

  /** The major version that a cluster says it is of. */
  public static int majorVersion(Path data) throws IOException {
    String major = RegularFiles.text(data, "PG_VERSION", LONGEST).strip();
    if (!major.matches("[0-9]{1,3}([.][0-9]{1,3})?")) {
      throw new IOException(data.resolve("PG_VERSION") + " holds no version");
    }
    return Integer.parseInt(major.split("[.]", -1)[0]);
  }

  /**
   * Reads what else they say.
   *
   * @throws IOException also when a file is damaged or missing without which no server starts
   */
  public static FoundCluster read(Path data) throws IOException {
    String damage = ClusterDamage.of(data).orElse("");
    if (!damage.isEmpty()) {
      throw new IOException(damage);
    }
    ByteBuffer control =
        ByteBuffer.wrap(RegularFiles.read(data, "global/pg_control", LONGEST))
            .order(ByteOrder.LITTLE_ENDIAN);
    int end = ClusterIdentity.checksum(control);
    int format = format(control, end);
    int bytes = control.getInt(format + SEGMENT_SIZE);
    int megabytes = bytes >> 20;
    byte timestamps = control.get(format + COMMIT_TIMESTAMPS);
    if (Integer.bitCount(bytes) != 1
        || !ALIGNMENTS.contains(control.getInt(format + ALIGNMENT))
        || timestamps < 0
        || timestamps > 1
        || megabytes < 1
        || megabytes > 1024
        || control.getInt(format + NAME_LENGTH) != NAME_DATA_LEN) {
      throw new IOException(
          "global/pg_control is not laid out as that of PostgreSQL 13 to 18 on this kind of host");
    }
    int state = control.getInt(STATE);
    return new FoundCluster(
        Long.toUnsignedString(control.getLong(0)),
        state == SHUT_DOWN_IN_RECOVERY || state == IN_ARCHIVE_RECOVERY,
        megabytes,
        control.getInt(format + CHECKSUMS) != 0,
        timestamps == 1);
  }

  private static int format(ByteBuffer control, int end) throws IOException {
    for (int at = FIRST_FLOAT; at + CHECKSUMS + Integer.BYTES <= end; at += Double.BYTES) {
      if (control.getDouble(at) == FLOAT_FORMAT) {
        return at;
      }
    }
    throw new IOException("global/pg_control was written on another kind of host than this one");
  }
}
