package dev.pglet.server;

import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.host.port.UnprivilegedPorts;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.server.access.NetworkAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What no server can be, whatever there is on the host.
 *
 * @param firstPort the lowest port that a server may listen on
 */
public record ServerRules(int firstPort) {
  public static final String PORT = "spec.network.port";
  private static final String ADDRESS = "spec.network.bindAddress";

  /** With the ports that this host's kernel gives away. */
  public static ServerRules ofHost() {
    return new ServerRules(UnprivilegedPorts.first());
  }

  /**
   * All that is wrong.
   *
   * @param port 0: any
   */
  public List<InvalidSpec> check(int port, String bindAddress, Map<String, String> parameters) {
    List<InvalidSpec> problems = new ArrayList<>();
    if (port != 0 && port < firstPort) {
      problems.add(
          new InvalidSpec(
              "PortNotAllowed",
              PORT,
              "port %d is for root alone, and servers never run as root".formatted(port),
              "Choose a port from %d on, or 0 to let pglet choose".formatted(firstPort)));
    }
    if (!Loopback.is(bindAddress) && NetworkAddress.literal(bindAddress).isEmpty()) {
      problems.add(
          new InvalidSpec(
              "InvalidAddress",
              ADDRESS,
              "\"%s\" is not one address".formatted(bindAddress),
              "Write an address of this host, such as 127.0.0.1 or ::1; 0.0.0.0 or :: for all"));
    }
    problems.addAll(SettingRules.problems(parameters));
    return problems;
  }

  /**
   * Whether others could read on the way what clients and server say.
   *
   * @param bindAddress has passed {@link #check}
   */
  public static Optional<InvalidSpec> plaintext(String bindAddress, SecuritySpec security) {
    return Loopback.is(bindAddress) || security.ssl().enabled() || security.allowPlaintext()
        ? Optional.empty()
        : Optional.of(
            new InvalidSpec(
                "PlaintextRefused",
                ADDRESS,
                "%s is reached from other hosts, and without TLS passwords and data cross the network as they are"
                    .formatted(bindAddress),
                "Set spec.security.ssl.enabled to true, or spec.security.allowPlaintext if it must be"));
  }

  /** The port is for one server alone; see {@code SpecRules.claims}. */
  public static Map<String, String> claims(int port) {
    return port == 0 ? Map.of() : Map.of(PORT, "TCP port " + port);
  }
}
