package dev.pglet.server;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.ReconcileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the markers of the host say of one kind. */
public final class KnownServers {
  private static final Logger log = LoggerFactory.getLogger(KnownServers.class);

  private KnownServers() {}

  /**
   * One entry for each resource that can be read, of its newest incarnation. What cannot be read is
   * logged and stops only those that may be in it.
   */
  public static List<Known> of(ServerHost host, String kind) {
    Map<String, Volume> newest = new LinkedHashMap<>();
    Inventory inventory = host.pools().inventory();
    inventory.unreadable().forEach(KnownServers::report);
    for (Volume volume : inventory.volumes()) {
      VolumeMarker marker = volume.marker();
      if (marker.key().kind().equals(kind)) {
        newest.merge(
            marker.uid(),
            volume,
            (a, b) -> a.marker().incarnation() >= b.marker().incarnation() ? a : b);
      }
    }
    return newest.values().stream().map(KnownServers::known).toList();
  }

  private static Known known(Volume volume) {
    VolumeMarker marker = volume.marker();
    return new Known(
        marker.key(),
        marker.uid(),
        marker.manifestRoot(),
        marker.phase() == VolumeMarker.Phase.RETAINED,
        volume.data().toString());
  }

  /** Writes into the markers of all volumes of a resource that they belong to another root. */
  public static void moveTo(ServerHost host, Known known, String manifestRoot)
      throws ReconcileException {
    for (Volume volume : host.pools().inventory().volumes()) {
      if (volume.marker().uid().equals(known.uid())) {
        host.volumes().mark(volume.pool(), volume.marker().withManifestRoot(manifestRoot));
      }
    }
  }

  /**
   * Whether there is a volume of a resource.
   *
   * @throws ReconcileException when none was found, and there is something that cannot be read
   */
  public static boolean keeps(ServerHost host, ResourceKey key) throws ReconcileException {
    Inventory inventory = host.pools().inventory();
    if (inventory.volumes().stream().anyMatch(volume -> volume.marker().key().equals(key))) {
      return true;
    }
    if (!inventory.unreadable().isEmpty()) {
      throw inventory.unreadable().getFirst().problem();
    }
    return false;
  }

  private static void report(Inventory.Unreadable unreadable) {
    log.atError()
        .addKeyValue("reason", unreadable.problem().reason())
        .addKeyValue("problem", unreadable.problem().explain())
        .log("Cannot read volumes; their servers are left as they are");
  }
}
