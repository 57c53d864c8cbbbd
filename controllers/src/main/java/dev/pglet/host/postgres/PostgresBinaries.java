package dev.pglet.host.postgres;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.ReconcileException;
import java.util.Optional;

/**
 * Which PostgreSQL binaries this host has that an account can execute, and how to get others.
 * Thread-safe.
 */
public interface PostgresBinaries {
  /**
   * Finds binaries without spawning a process, except to ask a system's binary for its version the
   * first time that it is seen, or when its file has changed.
   *
   * @param wanted {@code 17} (the newest minor that is installed, else the newest of the catalogue)
   *     or {@code 17.6}
   * @param source {@code auto}, {@code system}, {@code embedded} or an absolute directory, as in
   *     the spec
   * @param sticky the exact version and source that the data was last run with, for {@code 17} to
   *     stay what it was. A system's package that was upgraded in place is followed.
   */
  Resolution resolve(String wanted, String source, Optional<Sticky> sticky);

  /** The same for another account, which may not be able to execute all of them. */
  PostgresBinaries as(ServerAccount account);

  /**
   * Unpacks embedded binaries, after fetching them when the distribution does not hold them.
   * Idempotent; leaves nothing half-made behind.
   *
   * @throws dev.pglet.reconcile.HostUnavailable when they cannot be fetched, are corrupt
   *     (checksum), or cannot be written
   * @throws dev.pglet.reconcile.Refused when they are outside the catalogue and trust on first use
   *     is not allowed
   */
  Binaries install(PostgresVersion version) throws ReconcileException;

  /**
   * What the data was last run with.
   *
   * @param source {@code system}, {@code embedded}, or the absolute directory
   */
  record Sticky(String source, PostgresVersion version) {}

  /** What was found. */
  sealed interface Resolution {
    record Ready(Binaries binaries) implements Resolution {}

    /** Can be had by {@link #install}. */
    record Installable(PostgresVersion version) implements Resolution {}

    /**
     * Cannot be had; says why and what to do.
     *
     * @param field of the spec that is to blame
     */
    record Missing(String field, String message, String remedy) implements Resolution {}
  }
}
