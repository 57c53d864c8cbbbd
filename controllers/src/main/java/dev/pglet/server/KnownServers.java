package dev.pglet.server;

import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.Known;
import dev.pglet.reconcile.ReconcileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the markers of the host say of one kind. */
public final class KnownServers {
  private KnownServers() {}

  /** One entry for each resource, of its newest incarnation. */
  public static List<Known> of(ServerHost host, String kind) throws ReconcileException {
    Map<String, VolumeMarker> newest = new LinkedHashMap<>();
    for (Volume volume : host.pools().all()) {
      VolumeMarker marker = volume.marker();
      if (marker.key().kind().equals(kind)) {
        newest.merge(marker.uid(), marker, (a, b) -> a.incarnation() >= b.incarnation() ? a : b);
      }
    }
    return newest.values().stream()
        .map(
            marker ->
                new Known(
                    marker.key(),
                    marker.uid(),
                    marker.manifestRoot(),
                    marker.phase() == VolumeMarker.Phase.RETAINED))
        .toList();
  }
}
