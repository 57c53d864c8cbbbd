package dev.pglet.host.postgres;

import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.postgres.PostgresServer.ControlData;
import dev.pglet.reconcile.HostUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Reads {@code global/pg_control}. The offsets hold from PostgreSQL 13 to 18 on little-endian
 * 64-bit hosts: the fields before them have not changed since 11. PostgreSQL writes the file in one
 * 512-byte sector, so a reader never sees a torn one.
 */
final class ControlFile {
  private static final int SYSTEM_IDENTIFIER = 0;
  private static final int CONTROL_VERSION = 8;
  private static final int STATE = 16;
  private static final int CHECKPOINT_TIMELINE = 48;
  private static final int LENGTH = CHECKPOINT_TIMELINE + 4;

  /** Far more than PostgreSQL writes into either file. */
  private static final int LONGEST = 64 << 10;

  /** PostgreSQL 13's is 1300, 18's is 1800. */
  private static final int OLDEST_CONTROL_VERSION = 1300;

  private static final int IMPOSSIBLE_CONTROL_VERSION = 10_000;

  private static final int SHUT_DOWN = 1;
  private static final int SHUT_DOWN_IN_RECOVERY = 2;
  private static final int IN_CRASH_RECOVERY = 4;
  private static final int IN_ARCHIVE_RECOVERY = 5;

  private ControlFile() {}

  static ControlData read(Path dataDirectory) throws HostUnavailable {
    try {
      String major = RegularFiles.text(dataDirectory, "PG_VERSION", LONGEST).strip();
      ByteBuffer control = bytes(dataDirectory);
      return new ControlData(
          Integer.parseInt(major),
          Long.toUnsignedString(control.getLong(SYSTEM_IDENTIFIER)),
          control.getInt(CHECKPOINT_TIMELINE),
          shutDown(control.getInt(STATE)));
    } catch (IOException | NumberFormatException e) {
      throw new HostUnavailable(
          "ControlUnreadable",
          "%s is no readable database cluster: %s".formatted(dataDirectory, e),
          "Restore its files from a backup",
          e);
    }
  }

  /** Whether the server, when it runs, replays WAL. */
  static boolean recovering(Path dataDirectory) {
    try {
      int state = bytes(dataDirectory).getInt(STATE);
      return state == IN_CRASH_RECOVERY || state == IN_ARCHIVE_RECOVERY;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether it can be one: an empty or overwritten file has no identifier and no version. */
  static boolean plausible(Path dataDirectory) throws IOException {
    ByteBuffer control = bytes(dataDirectory);
    int version = control.getInt(CONTROL_VERSION);
    return control.getLong(SYSTEM_IDENTIFIER) != 0
        && version >= OLDEST_CONTROL_VERSION
        && version < IMPOSSIBLE_CONTROL_VERSION;
  }

  private static boolean shutDown(int state) {
    return state == SHUT_DOWN || state == SHUT_DOWN_IN_RECOVERY;
  }

  private static ByteBuffer bytes(Path dataDirectory) throws IOException {
    byte[] bytes = RegularFiles.read(dataDirectory, "global/pg_control", LONGEST);
    if (bytes.length < LENGTH) {
      throw new IOException(
          "%s has only %d bytes"
              .formatted(dataDirectory.resolve("global/pg_control"), bytes.length));
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
