package dev.pglet.host.postgres;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;

/** Copies whole directories that nobody writes to. */
@FunctionalInterface
public interface TreeCopier {
  /**
   * Copies all that is in a directory.
   *
   * @param to is made; it stays this process's, and what is in it becomes the account's
   * @throws ReconcileException when there is no room, or what is there is neither file nor
   *     directory
   */
  void copy(Path from, Path to, ServerAccount account) throws ReconcileException;
}
