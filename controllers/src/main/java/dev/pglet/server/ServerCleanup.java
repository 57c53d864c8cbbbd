package dev.pglet.server;

import dev.pglet.host.file.FileTree;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.server.place.DataPlace;
import dev.pglet.server.place.Places;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Removes every server of one kind from this data root: processes, volumes and secrets. */
public final class ServerCleanup {
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(60);

  private final ServerHosts hosts;
  private final ServerHost host;

  public ServerCleanup(ServerHosts hosts) {
    this.hosts = hosts;
    this.host = hosts.ofDaemon();
  }

  /**
   * Removes all that has a marker of the kind.
   *
   * @return one line for people for each volume
   * @throws ReconcileException after all that can be read is removed, when something could not be:
   *     it may have a server and data, and must not be forgotten
   */
  public List<String> all(String kind) throws ReconcileException {
    Passfiles passfiles = new Passfiles(host.settings().secrets());
    List<String> lines = new ArrayList<>();
    List<ReconcileException> left = new ArrayList<>();
    Inventory inventory = host.pools().inventory();
    for (Volume volume : inventory.volumes()) {
      VolumeMarker marker = volume.marker();
      if (!marker.key().kind().equals(kind)) {
        continue;
      }
      try {
        stop(volume);
        ServerExecutor.removeOutside(hosts.of(volume), volume);
      } catch (ReconcileException e) {
        left.add(e);
        continue;
      }
      passfiles.remove(marker.key());
      ServerExecutor.releaseUnused(host, volume);
      host.volumes().destroy(volume.pool(), marker.volume());
      removeSockets(marker.uid());
      lines.add(
          "%s: removed volume %s in %s".formatted(marker.key(), marker.volume(), volume.pool()));
    }
    if (!left.isEmpty()) {
      throw left.getFirst();
    }
    if (!inventory.unreadable().isEmpty()) {
      throw inventory.unreadable().getFirst().problem();
    }
    return lines;
  }

  /** What runs in a directory that was never taken over, or holds other data, is not ours. */
  private void stop(Volume volume) throws ReconcileException {
    if (Places.untaken(volume.marker())) {
      return;
    }
    if (Places.adopted(volume.marker())) {
      try {
        new DataPlace(host.server(), host.volumes(), hosts.of(volume).account())
            .requireGivenUp(volume);
      } catch (IOException e) {
        throw FileFailure.of("looking at " + volume.data(), e);
      }
    }
    host.server().stop(volume.data(), STOP_DEADLINE);
  }

  private void removeSockets(String uid) throws ReconcileException {
    try {
      FileTree.delete(host.socketDirectory(uid));
      FileTree.delete(ServerHost.privateSocketDirectory(host.socketDirectory(uid)));
    } catch (IOException e) {
      throw FileFailure.of("removing " + host.socketDirectory(uid), e);
    }
  }
}
