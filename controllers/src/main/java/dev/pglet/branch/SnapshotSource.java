package dev.pglet.branch;

import dev.pglet.api.v1alpha1.BranchSpec.Checkpoint;
import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.SuperuserSession;
import java.util.List;

/** A running server that a snapshot is about to be taken of. Used by one caller. */
final class SnapshotSource implements AutoCloseable {
  /** As much WAL is replayed in less time than a checkpoint takes. */
  private static final long WORTH_A_CHECKPOINT = 32L << 20;

  private final SuperuserSession session;

  private SnapshotSource(SuperuserSession session) {
    this.session = session;
  }

  static SnapshotSource open(Connections connections, ServerObserved server)
      throws ReconcileException {
    return new SnapshotSource(
        SuperuserSession.open(
            connections, server.socketDirectory(), server.runningPort().orElseThrow(), "postgres"));
  }

  /**
   * Whether the server survives a loss of power at any moment: a snapshot is what such a loss would
   * leave. Without full pages in the WAL, half a page may be old and half of it new.
   */
  boolean survivesLossOfPower() throws ReconcileException {
    List<String> settings =
        session.column(
            "SELECT setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')");
    return settings.equals(List.of("on", "on"));
  }

  /**
   * Makes durable what clients have been told is committed, and all else with it when the policy
   * says so.
   *
   * @return the position that a snapshot which is taken now holds at least
   */
  String prepare(Checkpoint policy) throws ReconcileException {
    if (policy == Checkpoint.Always
        || (policy == Checkpoint.Auto && toReplay() > WORTH_A_CHECKPOINT)) {
      session.run("CHECKPOINT");
    }
    // The end of a transaction that writes to the WAL waits until all of that is synced, also what
    // sessions with synchronous_commit = off did not wait for.
    session.run("BEGIN");
    session.run("SET LOCAL synchronous_commit = local");
    session.run("SELECT txid_current()");
    session.run("COMMIT");
    return session.column("SELECT pg_current_wal_flush_lsn()").getFirst();
  }

  private long toReplay() throws ReconcileException {
    return Long.parseLong(
        session
            .column(
                "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::bigint"
                    + " FROM pg_control_checkpoint()")
            .getFirst());
  }

  @Override
  public void close() {
    session.close();
  }
}
