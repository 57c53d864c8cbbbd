package dev.pglet.kinds;

import dev.pglet.host.port.PortClaims;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.VolumeMarker;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The ports that the markers give away, also those of other data roots in the same pools. While
 * something cannot be read, what was seen last still holds: a disk that is not mounted must not
 * cost a server its port. Thread-safe.
 */
final class VolumeClaims implements PortClaims {
  private final Pools pools;
  private Set<Claim> last = Set.of();

  VolumeClaims(Pools pools) {
    this.pools = pools;
  }

  @Override
  public synchronized List<Claim> claims() {
    Inventory inventory = pools.inventory();
    Set<Claim> claims = new LinkedHashSet<>();
    inventory.volumes().forEach(volume -> claims.add(claim(volume.marker(), false)));
    inventory.foreign().forEach(volume -> claims.add(claim(volume.marker(), true)));
    if (!inventory.unreadable().isEmpty()) {
      Set<String> seen = new LinkedHashSet<>();
      claims.forEach(claim -> seen.add(claim.uid()));
      last.stream().filter(claim -> !seen.contains(claim.uid())).forEach(claims::add);
    }
    last = Set.copyOf(claims);
    return List.copyOf(claims);
  }

  private static Claim claim(VolumeMarker marker, boolean foreign) {
    return new Claim(marker.port(), marker.uid(), marker.key(), foreign);
  }
}
