package dev.pglet.host.volume;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.host.volume.Volumes.Writing;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;

/**
 * One way in which a file system holds data and copies it. Pure mechanism: it knows paths and no
 * resources. Stateless and thread-safe for different volumes.
 */
interface VolumeDriver {
  /** {@code btrfs}, {@code reflink} or {@code copy}. */
  String name();

  /**
   * Proves, by doing it, that data can be held and copied in this way below a directory.
   *
   * @param scratch an empty directory of this process in the pool, which can be removed afterwards
   * @throws HostUnavailable with {@link VolumeErrors#DRIVER_UNUSABLE} when it cannot be done here;
   *     says why, and what would help. With another reason when that is not known
   */
  void probe(Path scratch) throws ReconcileException;

  /** Ensures that {@link Volume#tree} is there, this process's, and that the account may pass. */
  void make(Path volume, ServerAccount account) throws ReconcileException;

  /** Whether {@link #snapshot} can be made of data that this driver holds. */
  boolean copiesAtOnce(Path source, Path target) throws ReconcileException;

  /** As {@link Volumes#shares}. */
  boolean shares(Path source, Path target) throws ReconcileException;

  /**
   * Makes a copy as {@link Volumes#copiesAtOnce} describes it, of data of this driver with which it
   * shares blocks.
   */
  void snapshot(CopyRequest request) throws ReconcileException;

  /** As {@link Volumes#copyTree}, file by file. */
  void copy(CopyRequest request) throws ReconcileException;

  /** As {@link Volumes#write}. */
  Writing write(Path volume) throws ReconcileException;

  /** Removes a volume's directory with all that is in it; half of it may be gone already. */
  void remove(Path volume) throws ReconcileException;
}
