package dev.pglet.host.testing;

import dev.pglet.host.volume.VolumeContract;
import dev.pglet.host.volume.Volumes;

class TestTestingVolumes extends VolumeContract {
  private final TestingHost host = new TestingHost();

  @Override
  protected Volumes volumes() {
    return new TestingVolumes(host);
  }
}
