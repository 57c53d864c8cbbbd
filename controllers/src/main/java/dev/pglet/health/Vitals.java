package dev.pglet.health;

import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.Sql;
import dev.pglet.server.SuperuserSession;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a running server says of how it is doing.
 *
 * @param connections of clients, without pglet's own sessions
 * @param allowedConnections of clients that are no superusers
 * @param longest how long the longest statement of a client has run; zero when none runs
 * @param xidAge of the oldest transaction id that a database still holds
 * @param xidFreezeAge from which age on the server freezes on its own
 * @param slotsHold bytes of WAL that replication slots without a consumer hold back
 * @param largestWal {@code max_wal_size} in bytes
 * @param archiveAge since the last file was archived, or since the start when none was; empty while
 *     nothing is archived
 * @param archiveFailing whether the newest attempt to archive a file failed
 * @param recovering whether it only replays what another server writes
 * @param monitor whether the role that scrapes is as it must be
 */
public record Vitals(
    int connections,
    int allowedConnections,
    Duration longest,
    long xidAge,
    long xidFreezeAge,
    long slotsHold,
    long largestWal,
    Optional<Duration> archiveAge,
    boolean archiveFailing,
    boolean recovering,
    boolean monitor) {
  /** For version 13 and newer; nothing here takes locks or reads files of tables. One row. */
  public static final String QUERY =
      """
      SELECT a.clients, a.longest,
             current_setting('max_connections')::int
               - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true), '0')::int,
             (SELECT max(age(datfrozenxid)) FROM pg_database),
             current_setting('autovacuum_freeze_max_age'),
             coalesce((SELECT max(pg_wal_lsn_diff(w.lsn, restart_lsn))
                         FROM pg_replication_slots WHERE NOT active), 0)::bigint,
             (SELECT setting::bigint * 1048576 FROM pg_settings WHERE name = 'max_wal_size'),
             CASE WHEN current_setting('archive_mode') <> 'off' THEN
               extract(epoch FROM now() - coalesce(r.last_archived_time, pg_postmaster_start_time()))
                 ::bigint END,
             coalesce(r.last_failed_time > coalesce(r.last_archived_time, '-infinity'), false),
             pg_is_in_recovery(),
             EXISTS (SELECT FROM pg_roles m JOIN pg_auth_members g ON g.member = m.oid
                       JOIN pg_roles p ON p.oid = g.roleid AND p.rolname = 'pg_monitor'
                      WHERE m.rolname = '%s' AND m.rolcanlogin AND NOT m.rolsuper
                        AND NOT m.rolcreaterole AND NOT m.rolcreatedb AND NOT m.rolreplication
                        AND NOT m.rolbypassrls)
        FROM (SELECT count(*) AS clients,
                     coalesce(extract(epoch FROM max(now() - query_start)
                       FILTER (WHERE state = 'active')), 0)::numeric(20, 3) AS longest
                FROM pg_stat_activity
               WHERE backend_type = 'client backend'
                 AND application_name NOT IN ('pglet', 'pglet_exporter')) a,
             pg_stat_archiver r,
             (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                     ELSE pg_current_wal_lsn() END AS lsn) w
      """
          .formatted(MonitorRole.NAME);

  /** Asks in one round trip. */
  public static Vitals ask(SuperuserSession session) throws ReconcileException {
    return of(session.rows(QUERY).getFirst());
  }

  /** Reads the row of {@link #QUERY}. */
  public static Vitals of(List<String> row) {
    return new Vitals(
        Integer.parseInt(row.get(0)),
        Integer.parseInt(row.get(2)),
        Duration.ofMillis(Math.max(0, Math.round(Double.parseDouble(row.get(1)) * 1000))),
        Long.parseLong(row.get(3)),
        Long.parseLong(row.get(4)),
        Long.parseLong(row.get(5)),
        Long.parseLong(row.get(6)),
        Optional.of(row.get(7))
            .filter(age -> !age.isEmpty())
            .map(age -> Duration.ofSeconds(Long.parseLong(age))),
        Sql.isTrue(row.get(8)),
        Sql.isTrue(row.get(9)),
        Sql.isTrue(row.get(10)));
  }
}
