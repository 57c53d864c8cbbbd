package dev.pglet.host.check;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.port.PortClaims;
import dev.pglet.host.port.PortClaims.Claim;
import dev.pglet.host.port.Ports;
import dev.pglet.host.port.Ports.Holder;
import dev.pglet.host.port.UnprivilegedPorts;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the ports that manifests want can be had. */
public final class PortChecks {
  private static final String SUBJECT = "port";

  private final Ports ports;
  private final PortClaims claims;

  /** A port that a manifest names. */
  public record WantedPort(ResourceKey key, String address, int port) {}

  public PortChecks(Ports ports, PortClaims claims) {
    this.ports = ports;
    this.claims = claims;
  }

  /** One check for each. */
  public List<HostCheck> of(List<WantedPort> wanted) {
    List<HostCheck> checks = new ArrayList<>();
    for (WantedPort each : wanted) {
      try {
        checks.add(check(each));
      } catch (ReconcileException e) {
        checks.add(HostCheck.fail(SUBJECT, e));
      }
    }
    return checks;
  }

  private HostCheck check(WantedPort wanted) throws ReconcileException {
    String who = "%d of %s".formatted(wanted.port(), wanted.key());
    if (wanted.port() < UnprivilegedPorts.first()) {
      return HostCheck.fail(
          SUBJECT,
          who + " is for privileged processes alone",
          "Choose a port from %d on in spec.network.port".formatted(UnprivilegedPorts.first()));
    }
    Optional<Claim> claim =
        claims.claims().stream().filter(each -> each.port() == wanted.port()).findFirst();
    if (claim.isPresent() && claim.get().key().equals(wanted.key()) && !claim.get().foreign()) {
      return HostCheck.ok(SUBJECT, who + " is its own already");
    }
    if (claim.isPresent()) {
      return taken(who, claim.get().key() + (claim.get().foreign() ? " of another data root" : ""));
    }
    Optional<Holder> holder = ports.holder(wanted.address(), wanted.port());
    return holder.isPresent()
        ? taken(who, holder.get().describe())
        : HostCheck.ok(SUBJECT, who + " is free on " + wanted.address());
  }

  private static HostCheck taken(String who, String by) {
    return HostCheck.fail(
        SUBJECT,
        who + " is taken by " + by,
        "Choose another port in spec.network.port (0 lets pglet choose), or stop that");
  }
}
