package dev.pglet.host.volume;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Makes, copies and destroys volumes under pools. Every call is idempotent by the volume's id, so
 * that a rerun finds its own work. Only what lies under the pool and has a marker is ever touched;
 * anything else is reported, never removed. Thread-safe for different volumes.
 *
 * <p>How data is held and copied depends on the file system: each volume has a driver, which is
 * chosen when it is made. What lies elsewhere is held as plain files.
 *
 * <p>After any failure a marker may be there without its directory, or a directory with a {@code
 * BUILDING} marker; calling again completes the work.
 */
public interface Volumes {
  /** The driver of plain files, which are copied byte by byte. */
  String PLAIN = CopyDriver.NAME;

  /**
   * Proves that volumes of the account can live there: creates the pool directory when it is
   * missing, writes, syncs and executes a file as the account, and removes it.
   *
   * @throws dev.pglet.reconcile.HostUnavailable when it is read-only, noexec, full, or the account
   *     cannot enter a directory above it; names that directory
   */
  void probe(Path pool, ServerAccount account) throws ReconcileException;

  /**
   * Chooses how a new volume in a pool holds its data.
   *
   * @param wanted a driver, or {@code auto}: the best that a probe proves
   * @return the name of a driver, for {@link VolumeMarker#DRIVER_FACT}
   * @throws dev.pglet.reconcile.HostUnavailable when the wanted one cannot work there; says why
   */
  String choose(Path pool, String wanted, ServerAccount account) throws ReconcileException;

  /** Ensures the volume: writes its marker first (durably), then makes its directory. */
  Volume create(Path pool, VolumeMarker marker, ServerAccount account) throws ReconcileException;

  /** Replaces the marker of an existing volume, durably and whole. */
  void mark(Path pool, VolumeMarker marker) throws ReconcileException;

  /**
   * Whether {@link #copyTree} copies a tree as a loss of power at one instant would leave it, and
   * in a time that does not depend on its size: all that was written before it began is in the
   * copy; of what is written meanwhile, whatever was synced before something else that is in it. A
   * server that relies on syncing needs no other preparation.
   *
   * @param target in the volume that the copy is for
   */
  boolean copiesAtOnce(Path source, Path target) throws ReconcileException;

  /** Whether {@link #copyTree} makes a copy that shares its blocks with the source. */
  boolean shares(Path source, Path target) throws ReconcileException;

  /**
   * Makes {@code target} (a path in {@link Volume#beside} that does not exist) a copy of the tree
   * {@code source}, what is in it owned by the account, modes kept; {@link Writing} makes it
   * durable. The target itself stays this process's and closed to the account until the caller
   * gives it away: so the account cannot exchange anything in it while it is made, whatever it does
   * in the source. Files that vanish or change while being read are allowed: a running server's
   * data is only made whole by WAL replay. A symbolic link in the tree is an error, and so is a
   * file of another owner.
   *
   * @throws dev.pglet.reconcile.HostUnavailable when space is missing (says how much), or reading
   *     or writing fails; a part of the target may remain
   */
  void copyTree(CopyRequest request) throws ReconcileException;

  /**
   * Begins to write in a volume: to be called before {@link #copyTree}, and closed after all.
   *
   * @throws dev.pglet.reconcile.HostUnavailable when the volume's directory cannot be opened
   */
  Writing write(Volume volume) throws ReconcileException;

  /**
   * Destroys the volume and then its marker. An absent volume is done already.
   *
   * @throws dev.pglet.reconcile.Refused when something under the id is there without our marker
   */
  void destroy(Path pool, String volume) throws ReconcileException;

  /**
   * Every volume with a readable marker, in the order of ids. A marker that is damaged or of a
   * newer format is told by its volume, and hides no other.
   *
   * @throws dev.pglet.reconcile.HostUnavailable when the pool itself cannot be read
   */
  Inventory inventory(Path pool) throws ReconcileException;

  /** What is written in a volume while this is open can be made durable. Used by one caller. */
  interface Writing extends AutoCloseable {
    /**
     * Makes a tree in the volume's directory durable, and its name there.
     *
     * @throws dev.pglet.reconcile.HostUnavailable when the disk has reported an error since the
     *     writing began, so that what was written may be lost
     */
    void sync(Path tree) throws ReconcileException;

    @Override
    void close();
  }

  /**
   * What to copy.
   *
   * @param excluded what to leave out, as paths relative to the source with {@code /}: {@code
   *     pg_wal/*} keeps the directory and leaves out what is in it, {@code postmaster.pid} the
   *     file; {@code pgsql_tmp*} with no slash is a name anywhere
   * @param progress told the bytes copied so far
   * @param cancelled asked between files and every few MiB; when true the copy throws
   * @param atOnce whether a copy of another kind than {@link #copiesAtOnce} describes is refused:
   *     the source is written to and nothing else makes up for that
   */
  record CopyRequest(
      Path source,
      Path target,
      Set<String> excluded,
      ServerAccount account,
      LongConsumer progress,
      BooleanSupplier cancelled,
      boolean atOnce) {
    public CopyRequest {
      excluded = Set.copyOf(excluded);
    }

    /** However it can be copied. */
    public CopyRequest(
        Path source,
        Path target,
        Set<String> excluded,
        ServerAccount account,
        LongConsumer progress,
        BooleanSupplier cancelled) {
      this(source, target, excluded, account, progress, cancelled, false);
    }

    /** All of it, told to nobody and never cancelled. */
    public static CopyRequest whole(Path source, Path target, ServerAccount account) {
      return new CopyRequest(source, target, Set.of(), account, _ -> {}, () -> false);
    }
  }
}
