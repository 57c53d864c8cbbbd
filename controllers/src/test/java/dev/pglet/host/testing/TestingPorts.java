package dev.pglet.host.testing;

import dev.pglet.host.port.PortClaims;
import dev.pglet.host.port.Ports;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Ports of a {@link TestingHost}: held by its servers and by those who occupy them. */
public final class TestingPorts implements Ports {
  private final TestingHost host;
  private final PortClaims claims;
  private final Map<Integer, String> reservations = new HashMap<>();

  public TestingPorts(TestingHost host, PortClaims claims) {
    this.host = host;
    this.claims = claims;
  }

  @Override
  public Optional<Holder> holder(String address, int port) throws ReconcileException {
    claimed();
    return listener(port);
  }

  private synchronized List<PortClaims.Claim> claimed() throws ReconcileException {
    List<PortClaims.Claim> claimed = claims.claims();
    claimed.forEach(claim -> reservations.remove(claim.port()));
    return claimed;
  }

  private Optional<Holder> listener(int port) {
    for (TestingHost.Server server : host.servers.values()) {
      if (server.port() == port) {
        Postmaster postmaster = server.postmaster();
        return Optional.of(new Holder(port, postmaster.pid(), "postgres", 0));
      }
    }
    return Optional.ofNullable(host.foreignPorts.get(port));
  }

  @Override
  public synchronized int reserve(String uid, String address, int wanted, Range range)
      throws ReconcileException {
    List<PortClaims.Claim> claimed = claimed();
    Map<Integer, String> taken = new TreeMap<>(reservations);
    for (PortClaims.Claim claim : claimed) {
      taken.put(claim.port(), claim.uid());
    }
    if (wanted == 0) {
      for (int port : taken.keySet()) {
        if (uid.equals(taken.get(port)) && listener(port).isEmpty()) {
          return port;
        }
      }
      for (int port = range.first(); port <= range.last(); port++) {
        if (!taken.containsKey(port) && listener(port).isEmpty()) {
          remember(port, uid);
          return port;
        }
      }
      throw new HostUnavailable("NoFreePort", "no port is free", "");
    }
    String owner = taken.get(wanted);
    if (uid.equals(owner)) {
      return wanted;
    }
    Optional<Holder> holder = listener(wanted);
    if (owner != null || holder.isPresent()) {
      throw new HostUnavailable(
          "PortTaken",
          "port %d is taken by %s"
              .formatted(wanted, owner != null ? owner : holder.orElseThrow().describe()),
          "");
    }
    remember(wanted, uid);
    return wanted;
  }

  private void remember(int port, String uid) {
    reservations.values().removeIf(uid::equals);
    reservations.put(port, uid);
  }
}
