package dev.pglet.server;

import dev.pglet.host.port.UnprivilegedPorts;
import dev.pglet.reconcile.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What no server can be, whatever there is on the host.
 *
 * @param firstPort the lowest port that a server may listen on
 */
public record ServerRules(int firstPort) {
  public static final String PORT = "spec.network.port";

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
    if (!Loopback.is(bindAddress)) {
      problems.add(
          new InvalidSpec(
              "NotLoopback",
              "spec.network.bindAddress",
              bindAddress + " is not a loopback address, and connections are not encrypted yet",
              "Use 127.0.0.1 or ::1"));
    }
    problems.addAll(SettingRules.problems(parameters));
    return problems;
  }

  /** The port is for one server alone; see {@code SpecRules.claims}. */
  public static Map<String, String> claims(int port) {
    return port == 0 ? Map.of() : Map.of(PORT, "TCP port " + port);
  }
}
