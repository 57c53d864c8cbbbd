package dev.pglet.host.port;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.port.ListeningSockets.Listener;
import dev.pglet.host.port.PortClaims.Claim;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds out whether a server could listen by binding without listening: nobody can connect to the
 * probe. Reservations are this process's and live until a marker takes over; claims are what every
 * volume's marker says.
 */
public final class LocalPorts implements Ports {
  /** {@link Holder#uid()} of a socket that is bound but does not listen: no table shows it. */
  private static final int UNKNOWN_UID = -1;

  private final PortClaims claims;
  private final Map<Integer, String> reservations = new HashMap<>();

  public LocalPorts(PortClaims claims) {
    this.claims = requireNonNull(claims, "claims is null");
  }

  /** Asked before each start, when the marker is written: the last moment to see that it is. */
  @Override
  public Optional<Holder> holder(String address, int port) throws ReconcileException {
    claimed();
    return probe(address, port);
  }

  private static Optional<Holder> probe(String address, int port) throws ReconcileException {
    InetAddress wanted = resolve(address);
    try (SocketChannel probe = SocketChannel.open()) {
      // As PostgreSQL does: connections that still close do not count, listeners do.
      probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      probe.bind(new InetSocketAddress(wanted, port));
      return Optional.empty();
    } catch (BindException e) {
      String text = String.valueOf(e.getMessage());
      if (text.contains("in use")) {
        return Optional.of(listener(wanted, port));
      }
      throw new HostUnavailable(
              text.contains("Permission") ? "PortNotAllowed" : "AddressUnavailable",
              "a server cannot listen on %s port %d: %s".formatted(address, port, text),
              text.contains("Permission")
                  ? "Choose a port from %d on in spec.network.port, which needs no privilege"
                      .formatted(UnprivilegedPorts.first())
                  : "Choose an address of this host in spec.network.bindAddress",
              e)
          .at(text.contains("Permission") ? "spec.network.port" : "spec.network.bindAddress");
    } catch (IOException e) {
      throw new HostUnavailable(
              "PortProbeFailed",
              "probing port %d: %s".formatted(port, e.getMessage()),
              "Choose another port in spec.network.port; it is tried again",
              e)
          .at("spec.network.port");
    }
  }

  @Override
  public synchronized int reserve(String uid, String address, int wanted, Range range)
      throws ReconcileException {
    Map<Integer, Owner> taken = taken();
    if (wanted == 0) {
      return allocate(uid, address, taken, range);
    }
    Owner owner = taken.get(wanted);
    if (owner == null) {
      Optional<Holder> holder = probe(address, wanted);
      if (holder.isPresent()) {
        throw held(wanted, holder.get().describe());
      }
      remember(wanted, uid);
    } else if (!owner.uid().equals(uid)) {
      String by = owner.key().map(ResourceKey::toString).orElse("the resource " + owner.uid());
      if (owner.foreign()) {
        throw held(wanted, by + " of another data root");
      }
      HostUnavailable held = held(wanted, by);
      throw owner.key().isPresent() ? held.against(owner.key().get()) : held;
    }
    return wanted;
  }

  private int allocate(String uid, String address, Map<Integer, Owner> taken, Range range)
      throws ReconcileException {
    // A port that was given before stays, also across a restart of the daemon, unless somebody
    // else has taken it meanwhile.
    for (Map.Entry<Integer, Owner> entry : taken.entrySet()) {
      if (entry.getValue().uid().equals(uid) && probe(address, entry.getKey()).isEmpty()) {
        return entry.getKey();
      }
    }
    for (int port = range.first(); port <= range.last(); port++) {
      if (!taken.containsKey(port) && probe(address, port).isEmpty()) {
        remember(port, uid);
        return port;
      }
    }
    throw new HostUnavailable(
            "NoFreePort",
            "no port from %d to %d is free on %s".formatted(range.first(), range.last(), address),
            "Remove instances that are not needed, choose a port in spec.network.port, or widen spec.portRange of the HostConfiguration")
        .at("spec.network.port");
  }

  /** An owner has one port; what it had reserved before it does not need any more. */
  private void remember(int port, String uid) {
    reservations.values().removeIf(uid::equals);
    reservations.put(port, uid);
  }

  /** Where a marker has taken over, the port is free again when that is gone or says another. */
  private synchronized List<Claim> claimed() throws ReconcileException {
    List<Claim> claimed = claims.claims();
    claimed.forEach(claim -> reservations.remove(claim.port()));
    return claimed;
  }

  /** Who has a port; the key is not known before a marker has taken over. */
  private record Owner(String uid, Optional<ResourceKey> key, boolean foreign) {}

  private Map<Integer, Owner> taken() throws ReconcileException {
    Map<Integer, Owner> taken = new TreeMap<>();
    List<Claim> claimed = claimed();
    reservations.forEach((port, uid) -> taken.put(port, new Owner(uid, Optional.empty(), false)));
    for (Claim claim : claimed) {
      if (claim.port() != 0) {
        taken.put(claim.port(), new Owner(claim.uid(), Optional.of(claim.key()), claim.foreign()));
      }
    }
    return taken;
  }

  private static HostUnavailable held(int port, String by) {
    return new HostUnavailable(
            "PortTaken",
            "port %d is taken by %s".formatted(port, by),
            "Choose another port in spec.network.port (0 lets pglet choose), or stop that")
        .at("spec.network.port");
  }

  private static Holder listener(InetAddress wanted, int port) throws HostUnavailable {
    try {
      List<Listener> listeners = ListeningSockets.on(port);
      for (Listener listener : listeners) {
        if (listener.blocks(wanted)) {
          return listener.holder();
        }
      }
      return new Holder(port, 0, "", UNKNOWN_UID);
    } catch (IOException e) {
      throw new HostUnavailable(
          "ProcUnreadable", "reading /proc/net/tcp: " + e.getMessage(), "Mount /proc", e);
    }
  }

  private static InetAddress resolve(String address) throws HostUnavailable {
    try {
      return InetAddress.getByName(address.equals("*") ? "0.0.0.0" : address);
    } catch (UnknownHostException e) {
      throw new HostUnavailable(
              "AddressUnknown",
              "the address " + address + " cannot be resolved",
              "Write an address of this host in spec.network.bindAddress",
              e)
          .at("spec.network.bindAddress");
    }
  }
}
