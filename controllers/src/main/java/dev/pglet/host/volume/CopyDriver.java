package dev.pglet.host.volume;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.TreeSync;
import dev.pglet.host.volume.Volumes.CopyRequest;
import dev.pglet.host.volume.Volumes.Writing;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Path;

/** Plain files, copied byte by byte: works on every file system. */
class CopyDriver implements VolumeDriver {
  static final String NAME = "copy";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void probe(Path scratch) throws ReconcileException {
    // Whoever could make the directory can make more of them.
  }

  @Override
  public void make(Path volume, ServerAccount account) {
    // The data lies in the volume's directory itself.
  }

  @Override
  public boolean copiesAtOnce(Path source, Path target) {
    return false;
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    return false;
  }

  @Override
  public void snapshot(CopyRequest request) {
    throw new IllegalStateException("plain files have no snapshots: " + request.source());
  }

  @Override
  public void copy(CopyRequest request) throws ReconcileException {
    new TreeCopy(request, shares(request.source(), request.target())).run();
  }

  @Override
  public Writing write(Path volume) throws ReconcileException {
    TreeSync writing;
    try {
      writing = TreeSync.begin(volume);
    } catch (IOException e) {
      throw VolumeErrors.io("VolumeUnusable", "opening the volume " + volume, e);
    }
    return new Writing() {
      @Override
      public void sync(Path tree) throws ReconcileException {
        try {
          writing.complete(tree);
        } catch (IOException e) {
          throw VolumeErrors.io("SyncFailed", "syncing " + tree, e);
        }
      }

      @Override
      public void close() {
        writing.close();
      }
    };
  }

  @Override
  public void remove(Path volume) throws ReconcileException {
    delete(volume);
  }

  /** Removes a directory with all that is in it. */
  static void delete(Path directory) throws ReconcileException {
    try {
      FileTree.delete(directory);
    } catch (IOException e) {
      throw VolumeErrors.io("VolumeNotDestroyed", "removing " + directory, e);
    }
  }
}
