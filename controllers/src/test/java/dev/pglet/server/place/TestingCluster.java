package dev.pglet.server.place;

import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.CRC32C;

/** The files of a cluster of PostgreSQL 15, as PostgreSQL writes those that pglet reads. */
public final class TestingCluster {
  static final long SYSTEM = 7_300_000_000_000_000_001L;
  static final int IN_PRODUCTION = 6;
  private static final int CONTROL_END = 288;

  private TestingCluster() {}

  /** The account of this process. */
  public static ServerAccount account() throws ReconcileException {
    AccountDatabase.Entry self = new HostAccounts().self();
    return new ServerAccount(self.name(), self.uid(), self.gid(), false);
  }

  /** Makes one that crashed. */
  public static Path make(Path data) throws IOException {
    Files.createDirectory(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (String directory :
        new String[] {"global", "base", "base/1", "pg_wal", "pg_wal/archive_status", "pg_tblspc"}) {
      Files.createDirectory(data.resolve(directory));
    }
    for (String file : new String[] {"PG_VERSION", "base/1/PG_VERSION"}) {
      Files.writeString(data.resolve(file), "15\n");
    }
    for (String file : new String[] {"global/pg_filenode.map", "base/1/pg_filenode.map"}) {
      Files.writeString(data.resolve(file), "map");
    }
    control(data, IN_PRODUCTION, false);
    wal(data, SYSTEM);
    return data;
  }

  /** Its last server kept commit timestamps. */
  public static void keepsCommitTimestamps(Path data) throws IOException {
    control(data, IN_PRODUCTION, true);
  }

  static void control(Path data, int state, boolean commitTimestamps) throws IOException {
    ByteBuffer control = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    control.putLong(0, SYSTEM).putInt(8, 1300).putInt(16, state);
    control.put(200, (byte) (commitTimestamps ? 1 : 0)).putInt(204, 8);
    control.putDouble(208, 1234567.0).putInt(228, 64 << 20).putInt(232, 64).putInt(252, 1);
    CRC32C crc = new CRC32C();
    crc.update(control.slice(0, CONTROL_END));
    control.putInt(CONTROL_END, (int) crc.getValue());
    Files.write(data.resolve("global/pg_control"), control.array());
  }

  static void wal(Path data, long system) throws IOException {
    ByteBuffer segment = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    segment.putShort(2, (short) 2).putLong(24, system);
    Files.write(data.resolve("pg_wal/000000010000000000000001"), segment.array());
  }

  /**
   * What a server leaves that is killed.
   *
   * @param sockets where its socket was
   */
  public static void pidFile(Path data, long pid, Path sockets) throws IOException {
    Files.writeString(
        data.resolve("postmaster.pid"),
        "%d\n%s\n1700000000\n5432\n%s\nlocalhost\n  1234 5\nready   \n"
            .formatted(pid, data, sockets));
  }
}
