package dev.pglet.daemon;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Session;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Runs engines in this process. */
public interface EngineRuns {
  /**
   * Watches the directory until this process is told to end.
   *
   * @return the exit code
   */
  int watch(Path manifests) throws ReconcileException;

  /**
   * Converges once, with live progress and a table at the end.
   *
   * @return whether everything is as its manifest says
   */
  boolean once(Session session, Path manifests, boolean prune, Duration timeout)
      throws ReconcileException;

  /** Converges once every directory that has the manifest of one of the keys. */
  boolean onceForAll(Session session, Set<ResourceKey> keys, Duration timeout)
      throws ReconcileException;
}
