package dev.pglet.branch;

import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One held session in backup mode: files copied between its start and its stop become consistent by
 * replaying the WAL between the two. A temporary slot of the session keeps that WAL. When the
 * session is lost the copy is void; the server leaves backup mode by itself.
 */
final class BackupSession implements AutoCloseable {
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** The session idles in a transaction while files are copied; versions differ in what ends it. */
  static final String NO_TIMEOUTS =
      "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN"
          + " ('idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

  /** Another isolation would keep the source from removing what is dead until the end. */
  static final String BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

  /** Too few slots, and none at all. */
  private static final Set<String> NO_SLOT = Set.of("53400", "55000");

  /** Until the end of the transaction none is made and none removed. */
  static final String KEEP_TABLESPACES = "LOCK TABLE pg_tablespace IN SHARE MODE";

  /** How many there are besides those in the data directory. */
  static final String TABLESPACES =
      "SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')";

  private final Connection connection;
  private final boolean newNames;
  private final String startLsn;
  private final long bytes;
  private boolean alive = true;
  private long asked = System.nanoTime();

  private BackupSession(Connection connection, boolean newNames, String startLsn, long bytes) {
    this.connection = connection;
    this.newNames = newNames;
    this.startLsn = startLsn;
    this.bytes = bytes;
  }

  /**
   * How the backup ended.
   *
   * @param label the content of backup_label
   * @param segments names of all WAL files that recovery needs
   */
  record Stopped(String stopLsn, String label, List<String> segments) {
    Stopped {
      segments = List.copyOf(segments);
    }
  }

  /** Enters backup mode after a checkpoint at full speed. */
  static BackupSession start(
      Connections connections, Path socket, int port, String label, Duration deadline)
      throws ReconcileException {
    Connection connection = null;
    try {
      connection = connections.open(socket, port, "postgres");
      try (Statement statement = connection.createStatement()) {
        connection.setNetworkTimeout(Runnable::run, 0);
        statement.execute("SET statement_timeout = " + deadline.toMillis());
        statement.execute(NO_TIMEOUTS);
        if (!ask(statement, "SHOW wal_level").matches("replica|logical")) {
          throw new StepFailed(
              "WalLevelTooLow",
              "the source runs with wal_level = minimal and can only be copied while it is stopped",
              "Set wal_level to replica in spec.parameters of the source, or stop it");
        }
        // In WAL that is replayed nothing may be said of tablespaces: they lie where the source has
        // its files, and the branch would write there.
        statement.execute(BEGIN);
        statement.execute(KEEP_TABLESPACES);
        if (!ask(statement, TABLESPACES).equals("0")) {
          throw tablespacesAppeared();
        }
        // Without a slot a checkpoint during a long copy could remove the WAL that the copy needs.
        statement.execute(
            "SELECT pg_create_physical_replication_slot('pglet_' || pg_backend_pid(), true, true)");
        boolean newNames = Integer.parseInt(ask(statement, "SHOW server_version_num")) >= 150000;
        String start =
            newNames
                ? "SELECT pg_backup_start('%s', true)"
                : "SELECT pg_start_backup('%s', true, false)";
        String startLsn = ask(statement, start.formatted(label.replace("'", "''")));
        String size = ask(statement, "SELECT sum(pg_database_size(oid)) FROM pg_database");
        return new BackupSession(connection, newNames, startLsn, Long.parseLong(size));
      }
    } catch (SQLException e) {
      close(connection);
      throw new StepFailed(
          "BackupNotStarted",
          "bringing the source into backup mode: " + e.getMessage(),
          NO_SLOT.contains(String.valueOf(e.getSQLState()))
              ? "Raise max_replication_slots in spec.parameters of the source"
              : "See the log of the source; it is tried again",
          e);
    } catch (ReconcileException e) {
      close(connection);
      throw e;
    }
  }

  static StepFailed tablespacesAppeared() {
    return new StepFailed(
        "TablespacesAppeared",
        "a tablespace was created in the source just now",
        "Drop it: a branch cannot have tablespaces");
  }

  /** About how much there is to copy. */
  long bytes() {
    return bytes;
  }

  /** Leaves backup mode, without waiting for an archive: the WAL is copied directly. */
  Stopped stop() throws ReconcileException {
    String stop =
        newNames
            ? "SELECT lsn, labelfile FROM pg_backup_stop(false)"
            : "SELECT lsn, labelfile FROM pg_stop_backup(false, false)";
    try (Statement statement = connection.createStatement()) {
      String stopLsn;
      String label;
      try (ResultSet row = statement.executeQuery(stop)) {
        row.next();
        stopLsn = row.getString(1);
        label = row.getString(2);
      }
      return new Stopped(stopLsn, label, segments(statement, stopLsn));
    } catch (SQLException e) {
      throw new StepFailed(
          "BackupLost",
          "the session that held the source in backup mode was lost: " + e.getMessage(),
          "The copy is void and is taken again; keep the source running until it is done, and raise max_slot_wal_keep_size and idle_replication_slot_timeout where they are set",
          e);
    }
  }

  private List<String> segments(Statement statement, String stopLsn) throws SQLException {
    long size =
        Long.parseLong(
            ask(statement, "SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'"));
    String timeline = ask(statement, "SELECT pg_walfile_name('" + startLsn + "')").substring(0, 8);
    return WalSegments.names(
        timeline, size, WalSegments.position(startLsn), WalSegments.position(stopLsn));
  }

  /** Whether the server still holds the backup; asks it at most once a second. */
  synchronized boolean alive() {
    long now = System.nanoTime();
    if (alive && now - asked > ASK_AGAIN.toNanos()) {
      asked = now;
      try {
        alive = connection.isValid((int) ANSWER.toSeconds());
      } catch (SQLException e) {
        alive = false;
      }
    }
    return alive;
  }

  @Override
  public void close() {
    close(connection);
  }

  private static void close(@Nullable Connection connection) {
    if (connection == null) {
      return;
    }
    try {
      connection.close();
    } catch (SQLException e) {
      // The session is over either way; the server leaves backup mode with it.
      return;
    }
  }

  private static String ask(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
