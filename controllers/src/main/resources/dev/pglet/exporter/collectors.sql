# What is asked of a server for Prometheus, by PostgreSQL's major version. Names, types and labels
# are those of postgres_exporter; nothing here calls a function that reads files of tables or takes
# locks on them.
#
#   collector NAME FROM TO SCOPE [MOST ROWS]   TO "-": all newer ones; SCOPE: server or database
#   labels NAME...                             the first columns of the statement
#   TYPE METRIC HELP                           one for each further column; NULL gives no sample
#   sql ... end                                the statement

collector static 13 - server
labels short_version version
untyped pg_static Version string as reported by postgres
sql
SELECT current_setting('server_version_num')::int / 10000 || '.'
         || current_setting('server_version_num')::int % 10000 || '.0',
       version(), 1
end

collector postmaster 13 - server
labels
gauge pg_postmaster_start_time_seconds Time at which postmaster started
sql
SELECT extract(epoch FROM pg_postmaster_start_time())
end

collector database 13 - server 200
labels datname
gauge pg_database_connection_limit Connection limit set for the database
sql
SELECT datname, datconnlimit FROM pg_database ORDER BY 1
end

collector database_wraparound 13 - server 200
labels datname
gauge pg_database_wraparound_age_datfrozenxid_seconds Age of the oldest transaction ID that has not been frozen.
gauge pg_database_wraparound_age_datminmxid_seconds Age of the oldest multi-transaction ID that has been replaced with a transaction ID.
sql
SELECT datname, age(datfrozenxid), mxid_age(datminmxid) FROM pg_database WHERE datallowconn ORDER BY 1
end

collector stat_database 13 13 server 200
labels datid datname
gauge pg_stat_database_numbackends Number of backends currently connected to this database
counter pg_stat_database_xact_commit Number of transactions in this database that have been committed
counter pg_stat_database_xact_rollback Number of transactions in this database that have been rolled back
counter pg_stat_database_blks_read Number of disk blocks read in this database
counter pg_stat_database_blks_hit Number of times disk blocks were found already in the buffer cache
counter pg_stat_database_tup_returned Number of rows returned by queries in this database
counter pg_stat_database_tup_fetched Number of rows fetched by queries in this database
counter pg_stat_database_tup_inserted Number of rows inserted by queries in this database
counter pg_stat_database_tup_updated Number of rows updated by queries in this database
counter pg_stat_database_tup_deleted Number of rows deleted by queries in this database
counter pg_stat_database_conflicts Number of queries canceled due to conflicts with recovery in this database
counter pg_stat_database_temp_files Number of temporary files created by queries in this database
counter pg_stat_database_temp_bytes Total amount of data written to temporary files by queries in this database
counter pg_stat_database_deadlocks Number of deadlocks detected in this database
counter pg_stat_database_blk_read_time Time spent reading data file blocks by backends in this database, in milliseconds
counter pg_stat_database_blk_write_time Time spent writing data file blocks by backends in this database, in milliseconds
counter pg_stat_database_stats_reset Time at which these statistics were last reset
sql
SELECT datid, datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched,
       tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks,
       blk_read_time, blk_write_time, coalesce(extract(epoch FROM stats_reset), 0)
  FROM pg_stat_database WHERE datname IS NOT NULL ORDER BY 2
end

collector stat_database 14 - server 200
labels datid datname
gauge pg_stat_database_numbackends Number of backends currently connected to this database
counter pg_stat_database_xact_commit Number of transactions in this database that have been committed
counter pg_stat_database_xact_rollback Number of transactions in this database that have been rolled back
counter pg_stat_database_blks_read Number of disk blocks read in this database
counter pg_stat_database_blks_hit Number of times disk blocks were found already in the buffer cache
counter pg_stat_database_tup_returned Number of rows returned by queries in this database
counter pg_stat_database_tup_fetched Number of rows fetched by queries in this database
counter pg_stat_database_tup_inserted Number of rows inserted by queries in this database
counter pg_stat_database_tup_updated Number of rows updated by queries in this database
counter pg_stat_database_tup_deleted Number of rows deleted by queries in this database
counter pg_stat_database_conflicts Number of queries canceled due to conflicts with recovery in this database
counter pg_stat_database_temp_files Number of temporary files created by queries in this database
counter pg_stat_database_temp_bytes Total amount of data written to temporary files by queries in this database
counter pg_stat_database_deadlocks Number of deadlocks detected in this database
counter pg_stat_database_blk_read_time Time spent reading data file blocks by backends in this database, in milliseconds
counter pg_stat_database_blk_write_time Time spent writing data file blocks by backends in this database, in milliseconds
counter pg_stat_database_stats_reset Time at which these statistics were last reset
counter pg_stat_database_active_time_seconds_total Time spent executing SQL statements in this database, in seconds
sql
SELECT datid, datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched,
       tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks,
       blk_read_time, blk_write_time, coalesce(extract(epoch FROM stats_reset), 0),
       active_time / 1000.0
  FROM pg_stat_database WHERE datname IS NOT NULL ORDER BY 2
end

collector stat_database_conflicts 13 - server 200
labels datid datname
counter pg_stat_database_conflicts_confl_tablespace Number of queries in this database that have been canceled due to dropped tablespaces
counter pg_stat_database_conflicts_confl_lock Number of queries in this database that have been canceled due to lock timeouts
counter pg_stat_database_conflicts_confl_snapshot Number of queries in this database that have been canceled due to old snapshots
counter pg_stat_database_conflicts_confl_bufferpin Number of queries in this database that have been canceled due to pinned buffers
counter pg_stat_database_conflicts_confl_deadlock Number of queries in this database that have been canceled due to deadlocks
sql
SELECT datid, datname, confl_tablespace, confl_lock, confl_snapshot, confl_bufferpin, confl_deadlock
  FROM pg_stat_database_conflicts ORDER BY 2
end

collector stat_activity 13 - server 1000
labels datname state usename application_name backend_type wait_event_type wait_event
gauge pg_stat_activity_count number of connections in this state
gauge pg_stat_activity_max_tx_duration max duration in seconds any active transaction has been running
sql
SELECT d.datname, s.state, a.usename, a.application_name, a.backend_type, a.wait_event_type,
       a.wait_event, coalesce(a.count, 0), coalesce(a.longest, 0)
  FROM (VALUES ('active'), ('idle'), ('idle in transaction'),
               ('idle in transaction (aborted)'), ('fastpath function call'), ('disabled')) s(state)
 CROSS JOIN pg_database d
  LEFT JOIN (SELECT datname, state, usename, application_name, backend_type, wait_event_type,
                    wait_event, count(*) AS count,
                    max(extract(epoch FROM now() - xact_start)) AS longest
               FROM pg_stat_activity GROUP BY 1, 2, 3, 4, 5, 6, 7) a
    ON a.state = s.state AND a.datname = d.datname
 ORDER BY coalesce(a.count, 0) DESC, 1, 2
end

collector locks 13 - server 1800
labels datname mode
gauge pg_locks_count Number of locks
sql
SELECT d.datname, m.mode, coalesce(l.count, 0)
  FROM (VALUES ('accesssharelock'), ('rowsharelock'), ('rowexclusivelock'),
               ('shareupdateexclusivelock'), ('sharelock'), ('sharerowexclusivelock'),
               ('exclusivelock'), ('accessexclusivelock'), ('sireadlock')) m(mode)
 CROSS JOIN pg_database d
  LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS count FROM pg_locks
              WHERE database IS NOT NULL GROUP BY 1, 2) l
    ON l.mode = m.mode AND l.database = d.oid
 ORDER BY 1, 2
end

collector long_running_transactions 13 - server
labels
gauge pg_long_running_transactions Current number of long running transactions
gauge pg_long_running_transactions_oldest_timestamp_seconds The current maximum transaction age in seconds
sql
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0)
  FROM pg_stat_activity
 WHERE state IS DISTINCT FROM 'idle' AND query NOT LIKE 'autovacuum:%'
   AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
end

collector stat_bgwriter 13 16 server
labels
counter pg_stat_bgwriter_checkpoints_timed_total Number of scheduled checkpoints that have been performed
counter pg_stat_bgwriter_checkpoints_req_total Number of requested checkpoints that have been performed
counter pg_stat_bgwriter_checkpoint_write_time_total Time spent in checkpoints writing files to disk, in milliseconds
counter pg_stat_bgwriter_checkpoint_sync_time_total Time spent in checkpoints synchronizing files to disk, in milliseconds
counter pg_stat_bgwriter_buffers_checkpoint_total Number of buffers written during checkpoints
counter pg_stat_bgwriter_buffers_clean_total Number of buffers written by the background writer
counter pg_stat_bgwriter_maxwritten_clean_total Number of times the background writer stopped a cleaning scan because it had written too many buffers
counter pg_stat_bgwriter_buffers_backend_total Number of buffers written directly by a backend
counter pg_stat_bgwriter_buffers_backend_fsync_total Number of times a backend had to execute its own fsync call
counter pg_stat_bgwriter_buffers_alloc_total Number of buffers allocated
counter pg_stat_bgwriter_stats_reset_total Time at which these statistics were last reset
counter pg_stat_bgwriter_checkpoints_timed Number of scheduled checkpoints that have been performed
counter pg_stat_bgwriter_checkpoints_req Number of requested checkpoints that have been performed
counter pg_stat_bgwriter_checkpoint_write_time Time spent in checkpoints writing files to disk, in milliseconds
counter pg_stat_bgwriter_checkpoint_sync_time Time spent in checkpoints synchronizing files to disk, in milliseconds
counter pg_stat_bgwriter_buffers_checkpoint Number of buffers written during checkpoints
counter pg_stat_bgwriter_buffers_clean Number of buffers written by the background writer
counter pg_stat_bgwriter_maxwritten_clean Number of times the background writer stopped a cleaning scan because it had written too many buffers
counter pg_stat_bgwriter_buffers_backend Number of buffers written directly by a backend
counter pg_stat_bgwriter_buffers_backend_fsync Number of times a backend had to execute its own fsync call
counter pg_stat_bgwriter_buffers_alloc Number of buffers allocated
counter pg_stat_bgwriter_stats_reset Time at which these statistics were last reset
sql
SELECT checkpoints_timed, checkpoints_req, checkpoint_write_time, checkpoint_sync_time,
       buffers_checkpoint, buffers_clean, maxwritten_clean, buffers_backend, buffers_backend_fsync,
       buffers_alloc, extract(epoch FROM stats_reset),
       checkpoints_timed, checkpoints_req, checkpoint_write_time, checkpoint_sync_time,
       buffers_checkpoint, buffers_clean, maxwritten_clean, buffers_backend, buffers_backend_fsync,
       buffers_alloc, extract(epoch FROM stats_reset)
  FROM pg_stat_bgwriter
end

collector stat_bgwriter 17 - server
labels
counter pg_stat_bgwriter_checkpoints_timed_total Number of scheduled checkpoints that have been performed
counter pg_stat_bgwriter_checkpoints_req_total Number of requested checkpoints that have been performed
counter pg_stat_bgwriter_checkpoint_write_time_total Time spent in checkpoints writing files to disk, in milliseconds
counter pg_stat_bgwriter_checkpoint_sync_time_total Time spent in checkpoints synchronizing files to disk, in milliseconds
counter pg_stat_bgwriter_buffers_checkpoint_total Number of buffers written during checkpoints
counter pg_stat_bgwriter_buffers_clean_total Number of buffers written by the background writer
counter pg_stat_bgwriter_maxwritten_clean_total Number of times the background writer stopped a cleaning scan because it had written too many buffers
counter pg_stat_bgwriter_buffers_backend_total Number of buffers written directly by a backend
counter pg_stat_bgwriter_buffers_backend_fsync_total Number of times a backend had to execute its own fsync call
counter pg_stat_bgwriter_buffers_alloc_total Number of buffers allocated
counter pg_stat_bgwriter_stats_reset_total Time at which these statistics were last reset
counter pg_stat_bgwriter_checkpoints_timed Number of scheduled checkpoints that have been performed
counter pg_stat_bgwriter_checkpoints_req Number of requested checkpoints that have been performed
counter pg_stat_bgwriter_checkpoint_write_time Time spent in checkpoints writing files to disk, in milliseconds
counter pg_stat_bgwriter_checkpoint_sync_time Time spent in checkpoints synchronizing files to disk, in milliseconds
counter pg_stat_bgwriter_buffers_checkpoint Number of buffers written during checkpoints
counter pg_stat_bgwriter_buffers_clean Number of buffers written by the background writer
counter pg_stat_bgwriter_maxwritten_clean Number of times the background writer stopped a cleaning scan because it had written too many buffers
counter pg_stat_bgwriter_buffers_backend Number of buffers written directly by a backend
counter pg_stat_bgwriter_buffers_backend_fsync Number of times a backend had to execute its own fsync call
counter pg_stat_bgwriter_buffers_alloc Number of buffers allocated
counter pg_stat_bgwriter_stats_reset Time at which these statistics were last reset
sql
SELECT c.num_timed, c.num_requested, c.write_time, c.sync_time, c.buffers_written,
       b.buffers_clean, b.maxwritten_clean, io.writes, io.fsyncs, b.buffers_alloc,
       extract(epoch FROM b.stats_reset),
       c.num_timed, c.num_requested, c.write_time, c.sync_time, c.buffers_written,
       b.buffers_clean, b.maxwritten_clean, io.writes, io.fsyncs, b.buffers_alloc,
       extract(epoch FROM b.stats_reset)
  FROM pg_stat_bgwriter b, pg_stat_checkpointer c,
       (SELECT coalesce(sum(writes), 0) AS writes, coalesce(sum(fsyncs), 0) AS fsyncs
          FROM pg_stat_io
         WHERE object = 'relation'
           AND backend_type NOT IN ('checkpointer', 'background writer')) io
end

collector stat_checkpointer 17 - server
labels
counter pg_stat_checkpointer_num_timed_total Number of scheduled checkpoints due to timeout
counter pg_stat_checkpointer_num_requested_total Number of requested checkpoints that have been performed
counter pg_stat_checkpointer_restartpoints_timed_total Number of scheduled restartpoints due to timeout or after a failed attempt to perform it
counter pg_stat_checkpointer_restartpoints_req_total Number of requested restartpoints
counter pg_stat_checkpointer_restartpoints_done_total Number of restartpoints that have been performed
counter pg_stat_checkpointer_write_time_total Time spent in checkpoints and restartpoints writing files to disk, in milliseconds
counter pg_stat_checkpointer_sync_time_total Time spent in checkpoints and restartpoints synchronizing files to disk, in milliseconds
counter pg_stat_checkpointer_buffers_written_total Number of buffers written during checkpoints and restartpoints
counter pg_stat_checkpointer_stats_reset_total Time at which these statistics were last reset
sql
SELECT num_timed, num_requested, restartpoints_timed, restartpoints_req, restartpoints_done,
       write_time, sync_time, buffers_written, extract(epoch FROM stats_reset)
  FROM pg_stat_checkpointer
end

collector replication 13 - server
labels
gauge pg_replication_lag_seconds Replication lag behind master in seconds
gauge pg_replication_lag Replication lag behind master in seconds
gauge pg_replication_is_replica Indicates if the server is a replica
gauge pg_replication_last_replay_seconds Age of last transaction replay in seconds
sql
SELECT lag, lag, CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END,
       greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp()))
  FROM (SELECT CASE
          WHEN NOT pg_is_in_recovery() THEN 0
          WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
          ELSE greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp()))
        END AS lag) l
end

collector stat_replication 13 - server 200
labels application_name client_addr state slot_name
gauge pg_stat_replication_pg_current_wal_lsn_bytes WAL position in bytes
gauge pg_stat_replication_pg_wal_lsn_diff Lag in bytes between master and slave
sql
SELECT r.application_name, host(r.client_addr), r.state, s.slot_name, w.lsn - '0/0',
       pg_wal_lsn_diff(w.lsn, r.replay_lsn)
  FROM pg_stat_replication r
  LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
 CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                    ELSE pg_current_wal_lsn() END AS lsn) w
 ORDER BY 1, 2, 3, 4
end

collector replication_slots 13 - server 200
labels slot_name database
gauge pg_replication_slots_active Flag indicating if the slot is active
gauge pg_replication_slots_pg_wal_lsn_diff Replication lag in bytes
sql
SELECT s.slot_name, s.database, s.active::int, pg_wal_lsn_diff(w.lsn, s.restart_lsn)
  FROM pg_replication_slots s
 CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                    ELSE pg_current_wal_lsn() END AS lsn) w
 ORDER BY 1
end

collector replication_slot 13 - server 200
labels slot_name slot_type
gauge pg_replication_slots_slot_current_wal_lsn current wal lsn value
gauge pg_replication_slots_slot_confirmed_flush_lsn last lsn confirmed flushed to the replication slot
gauge pg_replication_slots_slot_is_active whether the replication slot is active or not
gauge pg_replication_slots_safe_wal_size_bytes number of bytes that can be written to WAL such that this slot is not in danger of getting in state lost
gauge pg_replication_slot_slot_current_wal_lsn current wal lsn value
gauge pg_replication_slot_slot_confirmed_flush_lsn last lsn confirmed flushed to the replication slot
gauge pg_replication_slot_slot_is_active whether the replication slot is active or not
gauge pg_replication_slot_safe_wal_size_bytes number of bytes that can be written to WAL such that this slot is not in danger of getting in state lost
sql
SELECT s.slot_name, s.slot_type, w.lsn - '0/0', s.confirmed_flush_lsn - '0/0', s.active::int, s.safe_wal_size,
       w.lsn - '0/0', s.confirmed_flush_lsn - '0/0', s.active::int, s.safe_wal_size
  FROM pg_replication_slots s
 CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                    ELSE pg_current_wal_lsn() END AS lsn) w
 ORDER BY 1
end

collector replication_slot_status 13 - server 200
labels slot_name slot_type wal_status
gauge pg_replication_slots_wal_status availability of WAL files claimed by this slot
gauge pg_replication_slot_wal_status availability of WAL files claimed by this slot
sql
SELECT slot_name, slot_type, wal_status, 1, 1 FROM pg_replication_slots ORDER BY 1
end

collector wal 13 - server
labels
gauge pg_wal_segments Number of WAL segments
gauge pg_wal_size_bytes Total size of WAL segments
sql
SELECT count(*), coalesce(sum(size), 0) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'
end

collector xlog_location 13 - server
labels
counter pg_xlog_location_bytes Postgres LSN (log sequence number) being generated on primary or replayed on replica (truncated to low 52 bits)
sql
SELECT ((CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
         ELSE pg_current_wal_lsn() END - '0/0') % (2::numeric ^ 52::int)::bigint)
end

collector stat_archiver 13 - server
labels
counter pg_stat_archiver_archived_count Number of WAL files that have been successfully archived
counter pg_stat_archiver_failed_count Number of failed attempts for archiving WAL files
gauge pg_stat_archiver_last_archive_age Time in seconds since last WAL segment was successfully archived
sql
SELECT archived_count, failed_count, extract(epoch FROM now() - last_archived_time)
  FROM pg_stat_archiver
end

collector stat_user_tables 13 - database 5000
labels datname schemaname relname
counter pg_stat_user_tables_seq_scan Number of sequential scans initiated on this table
counter pg_stat_user_tables_seq_tup_read Number of live rows fetched by sequential scans
counter pg_stat_user_tables_idx_scan Number of index scans initiated on this table
counter pg_stat_user_tables_idx_tup_fetch Number of live rows fetched by index scans
counter pg_stat_user_tables_n_tup_ins Number of rows inserted
counter pg_stat_user_tables_n_tup_upd Number of rows updated
counter pg_stat_user_tables_n_tup_del Number of rows deleted
counter pg_stat_user_tables_n_tup_hot_upd Number of rows HOT updated (i.e., with no separate index update required)
gauge pg_stat_user_tables_n_live_tup Estimated number of live rows
gauge pg_stat_user_tables_n_dead_tup Estimated number of dead rows
gauge pg_stat_user_tables_n_mod_since_analyze Estimated number of rows changed since last analyze
gauge pg_stat_user_tables_last_vacuum Last time at which this table was manually vacuumed (not counting VACUUM FULL)
gauge pg_stat_user_tables_last_autovacuum Last time at which this table was vacuumed by the autovacuum daemon
gauge pg_stat_user_tables_last_analyze Last time at which this table was manually analyzed
gauge pg_stat_user_tables_last_autoanalyze Last time at which this table was analyzed by the autovacuum daemon
counter pg_stat_user_tables_vacuum_count Number of times this table has been manually vacuumed (not counting VACUUM FULL)
counter pg_stat_user_tables_autovacuum_count Number of times this table has been vacuumed by the autovacuum daemon
counter pg_stat_user_tables_analyze_count Number of times this table has been manually analyzed
counter pg_stat_user_tables_autoanalyze_count Number of times this table has been analyzed by the autovacuum daemon
sql
SELECT current_database(), schemaname, relname, seq_scan, seq_tup_read, coalesce(idx_scan, 0),
       coalesce(idx_tup_fetch, 0), n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd, n_live_tup,
       n_dead_tup, n_mod_since_analyze, coalesce(extract(epoch FROM last_vacuum), 0),
       coalesce(extract(epoch FROM last_autovacuum), 0),
       coalesce(extract(epoch FROM last_analyze), 0),
       coalesce(extract(epoch FROM last_autoanalyze), 0),
       vacuum_count, autovacuum_count, analyze_count, autoanalyze_count
  FROM pg_stat_user_tables ORDER BY schemaname, relname
end

collector statio_user_tables 13 - database 5000
labels datname schemaname relname
counter pg_statio_user_tables_heap_blocks_read Number of disk blocks of the table read
counter pg_statio_user_tables_heap_blocks_hit Number of disk blocks of the table found in the buffer cache
counter pg_statio_user_tables_idx_blocks_read Number of disk blocks of all its indexes read
counter pg_statio_user_tables_idx_blocks_hit Number of disk blocks of all its indexes found in the buffer cache
counter pg_statio_user_tables_toast_blocks_read Number of disk blocks of its TOAST table read
counter pg_statio_user_tables_toast_blocks_hit Number of disk blocks of its TOAST table found in the buffer cache
counter pg_statio_user_tables_tidx_blocks_read Number of disk blocks of the indexes of its TOAST table read
counter pg_statio_user_tables_tidx_blocks_hit Number of disk blocks of the indexes of its TOAST table found in the buffer cache
sql
SELECT current_database(), schemaname, relname, coalesce(heap_blks_read, 0),
       coalesce(heap_blks_hit, 0), coalesce(idx_blks_read, 0), coalesce(idx_blks_hit, 0),
       coalesce(toast_blks_read, 0), coalesce(toast_blks_hit, 0), coalesce(tidx_blks_read, 0),
       coalesce(tidx_blks_hit, 0)
  FROM pg_statio_user_tables ORDER BY schemaname, relname
end
