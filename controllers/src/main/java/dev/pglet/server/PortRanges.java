package dev.pglet.server;

import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.host.port.Ports;
import dev.pglet.reconcile.World;

/** From which ports one is given to a server that asks for any. */
final class PortRanges {
  private PortRanges() {}

  static Ports.Range of(World world) {
    HostConfiguration.PortRange range =
        world.keys(HostConfiguration.KIND).stream()
            .sorted()
            .flatMap(key -> world.resource(key, HostConfiguration.class).stream())
            .map(configuration -> configuration.getSpec().portRange())
            .findFirst()
            .orElse(HostConfiguration.DEFAULT_PORTS);
    return new Ports.Range(range.first(), range.last());
  }
}
