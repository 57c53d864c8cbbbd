package dev.pglet.host.testing;

import dev.pglet.host.volume.VolumeContract;
import dev.pglet.host.volume.VolumeDriver;

class TestTestingVolumes extends VolumeContract {
  private final TestingHost host = new TestingHost();

  @Override
  protected VolumeDriver driver() {
    return new TestingVolumes(host);
  }
}
