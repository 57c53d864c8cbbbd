package dev.pglet.branch;

import dev.pglet.host.postgres.Connections;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.ServerObserved;
import dev.pglet.server.SuperuserSession;
import java.time.Duration;
import java.util.List;

/**
 * A running server that a snapshot is taken of, held in a state in which that is right: open it,
 * ask, prepare, take the snapshot, and ask whether nothing has changed. Used by one caller.
 */
final class SnapshotSource implements AutoCloseable {
  /**
   * Settings are each process's own: one that is in the middle of a statement may still have the
   * former ones.
   */
  private static final String STATE =
      """
      SELECT current_setting('fsync'), current_setting('full_page_writes'),
             pg_conf_load_time()::text, pg_postmaster_start_time()::text
      """;

  private static final String STILL_WITH_FORMER_SETTINGS =
      """
      SELECT count(*) FROM pg_stat_activity
       WHERE query_start < pg_conf_load_time() AND state <> 'idle' AND backend_type <> 'walsender'
      """;

  private final SuperuserSession session;
  private final List<String> state;

  private SnapshotSource(SuperuserSession session, List<String> state) {
    this.session = session;
    this.state = state;
  }

  /**
   * Opens a session.
   *
   * @param deadline for each answer
   */
  static SnapshotSource open(Connections connections, ServerObserved server, Duration deadline)
      throws ReconcileException {
    SuperuserSession session =
        SuperuserSession.open(
            connections, server.socketDirectory(), server.runningPort().orElseThrow(), "postgres");
    try {
      session.run("SET statement_timeout = " + deadline.toMillis());
      session.run(BackupSession.NO_TIMEOUTS);
      return new SnapshotSource(session, session.rows(STATE).getFirst());
    } catch (ReconcileException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Whether the server survives a loss of power at any moment: a snapshot is what such a loss would
   * leave. Without full pages in the WAL, half a page may be old and half of it new.
   */
  boolean survivesLossOfPower() throws ReconcileException {
    return state.subList(0, 2).equals(List.of("on", "on"))
        && session.column(STILL_WITH_FORMER_SETTINGS).equals(List.of("0"));
  }

  /**
   * Keeps tablespaces from coming and going until this is closed, and writes a checkpoint. What is
   * replayed in the branch is what comes after that, and says nothing of tablespaces, which lie
   * where the source has its files. With the checkpoint all is durable that a client was told is
   * committed, also with synchronous_commit off.
   *
   * @return the position that a snapshot which is taken now holds at least
   */
  String prepare() throws ReconcileException {
    session.run(BackupSession.BEGIN);
    session.run(BackupSession.KEEP_TABLESPACES);
    if (!session.column(BackupSession.TABLESPACES).equals(List.of("0"))) {
      throw BackupSession.tablespacesAppeared();
    }
    session.run("CHECKPOINT");
    return session.column("SELECT pg_current_wal_flush_lsn()").getFirst();
  }

  /**
   * Requires that what was true before the snapshot is so after it.
   *
   * @throws StepFailed when the snapshot is of no use
   */
  void requireUnchanged() throws ReconcileException {
    if (!session.rows(STATE).getFirst().equals(state)) {
      throw new StepFailed(
          "SourceReconfigured",
          "the configuration of the source was loaded anew while a snapshot of it was taken",
          "Nothing needs to be done: another one is taken");
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
