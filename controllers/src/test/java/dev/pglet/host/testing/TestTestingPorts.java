package dev.pglet.host.testing;

import dev.pglet.host.port.PortContract;
import dev.pglet.host.port.Ports;

class TestTestingPorts extends PortContract {
  private final TestingHost host = new TestingHost();

  @Override
  protected Ports ports() {
    return new TestingPorts(host, () -> claims);
  }

  @Override
  protected int occupy() {
    host.occupy(new Ports.Holder(15999, 812, "nginx", 33));
    return 15999;
  }
}
