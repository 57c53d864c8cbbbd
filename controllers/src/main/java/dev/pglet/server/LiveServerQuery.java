package dev.pglet.server;

import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks a running server what it runs with: one round trip. */
final class LiveServerQuery {
  private LiveServerQuery() {}

  /**
   * Asks.
   *
   * @param ours settings that the manifest decides
   * @param changes settings that are about to change
   */
  static LiveServer ask(
      SuperuserSession session, Collection<String> ours, Collection<String> changes)
      throws ReconcileException {
    String names =
        Stream.concat(ours.stream(), changes.stream())
            .distinct()
            .map(Sql::literal)
            .collect(Collectors.joining(", "));
    int version = 0;
    Optional<String> hash = Optional.empty();
    Map<String, String> pending = new HashMap<>();
    List<String> overridden = new ArrayList<>();
    Map<String, String> contexts = new HashMap<>();
    for (List<String> row : session.rows(settings(names))) {
      // Names are compared as the configuration has them: TimeZone is timezone there.
      String name = row.get(0).toLowerCase(Locale.ROOT);
      version = Integer.parseInt(row.get(4));
      hash = Optional.of(row.get(5)).filter(value -> !value.isEmpty());
      if (Sql.isTrue(row.get(2))) {
        pending.put(name, row.get(6));
      }
      if (Sql.isTrue(row.get(3))) {
        overridden.add(name);
      }
      if (changes.contains(name)) {
        contexts.put(name, row.get(1));
      }
    }
    // 170006 is 17.6: from version 10 on the minor has four digits.
    PostgresVersion server = new PostgresVersion(version / 10000, version % 10000);
    return new LiveServer(server, hash, pending, contexts, overridden);
  }

  /**
   * Columns: name, context, pending_restart, whether postgresql.auto.conf decides it (or would, did
   * pglet not give the socket's directory when it starts the server), version, hash, what a setting
   * that waits for a restart is now.
   */
  private static String settings(String names) {
    return """
        SELECT name, context, pending_restart,
               sourcefile LIKE '%%/postgresql.auto.conf'
               OR CASE WHEN pending_restart AND source = 'command line' THEN
                 EXISTS (SELECT FROM pg_catalog.pg_file_settings f
                          WHERE lower(f.name) = lower(s.name)
                            AND f.sourcefile LIKE '%%/postgresql.auto.conf') END,
               current_setting('server_version_num'), current_setting('pglet.config_hash', true),
               CASE WHEN pending_restart THEN current_setting(name) END
          FROM pg_catalog.pg_settings s
         WHERE pending_restart OR name = 'server_version' OR lower(name) IN (%s)
         ORDER BY name
        """
        .formatted(names);
  }
}
