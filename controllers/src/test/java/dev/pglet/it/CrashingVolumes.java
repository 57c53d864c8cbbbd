package dev.pglet.it;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.testing.CrashPoint;
import java.nio.file.Files;
import java.nio.file.Path;

/** Real volumes whose changes pass by a crash point and are counted by what is on the disk. */
record CrashingVolumes(Volumes volumes, CrashPoint point, Made made) implements Volumes {
  @Override
  public String choose(Path pool, String wanted, ServerAccount account) throws ReconcileException {
    point.live();
    return volumes.choose(pool, wanted, account);
  }

  @Override
  public boolean copiesAtOnce(Path source, Path target) throws ReconcileException {
    return volumes.copiesAtOnce(source, target);
  }

  @Override
  public boolean shares(Path source, Path target) throws ReconcileException {
    return volumes.shares(source, target);
  }

  @Override
  public void probe(Path pool, ServerAccount account) throws ReconcileException {
    point.live();
    volumes.probe(pool, account);
  }

  @Override
  public Volume create(Path pool, VolumeMarker marker, ServerAccount account)
      throws ReconcileException {
    point.live();
    boolean there = Files.exists(pool.resolve(marker.volume()));
    Volume volume = volumes.create(pool, marker, account);
    made.marked(marker.uid(), volume.marker().port());
    if (!there) {
      made.count("volumes made");
    }
    point.reach("after making the volume");
    return volume;
  }

  @Override
  public void mark(Path pool, VolumeMarker marker) throws ReconcileException {
    point.live();
    volumes.mark(pool, marker);
    made.marked(marker.uid(), marker.port());
    point.reach("after marking the volume " + marker.phase());
  }

  @Override
  public void copyTree(CopyRequest request) throws ReconcileException {
    point.live();
    volumes.copyTree(request);
    point.reach("after copying the files");
  }

  @Override
  public Writing write(Volume volume) throws ReconcileException {
    point.live();
    Writing writing = volumes.write(volume);
    return new Writing() {
      @Override
      public void sync(Path tree) throws ReconcileException {
        point.live();
        writing.sync(tree);
        point.reach("after syncing the files");
      }

      @Override
      public void close() {
        writing.close();
      }
    };
  }

  @Override
  public void destroy(Path pool, String volume) throws ReconcileException {
    point.live();
    boolean there = Files.exists(pool.resolve(volume));
    volumes.destroy(pool, volume);
    if (there) {
      made.count("volumes destroyed");
    }
    point.reach("after destroying the volume");
  }

  @Override
  public Inventory inventory(Path pool) throws ReconcileException {
    return volumes.inventory(pool);
  }
}
