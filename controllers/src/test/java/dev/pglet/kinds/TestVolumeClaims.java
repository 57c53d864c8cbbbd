package dev.pglet.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.port.PortClaims.Claim;
import dev.pglet.host.volume.LocalVolumes;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.VolumeMarker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestVolumeClaims {
  private static final String UID = "4be7a21c-0000-4000-8000-000000000001";
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");

  @TempDir private Path directory;

  @Test
  void aDiskThatIsNotMountedCostsNoServerItsPort() throws Exception {
    LocalVolumes volumes = new LocalVolumes(new LocalCommands());
    Pools pools = new Pools(directory.resolve("pools"), volumes, _ -> false);
    Path pool = directory.resolve("disk");
    var self = new HostAccounts().self();
    ServerAccount account = new ServerAccount(self.name(), self.uid(), self.gid(), false);
    volumes.probe(pool, account);
    volumes.create(
        pool,
        new VolumeMarker(
            VolumeMarker.FORMAT,
            VolumeMarker.id(UID, 1),
            APP,
            UID,
            1,
            "/m",
            VolumeMarker.Phase.READY,
            15440,
            "system",
            "15.3",
            pools.remember(pool),
            Map.of()),
        account);
    VolumeClaims claims = new VolumeClaims(pools);
    assertThat(claims.claims()).containsExactly(new Claim(15440, UID, APP));

    Path unplugged = Files.move(pool, directory.resolve("unplugged"));
    assertThat(claims.claims()).containsExactly(new Claim(15440, UID, APP));

    Files.move(unplugged, pool);
    Pools others = new Pools(directory.resolve("other/pools"), volumes, _ -> false);
    others.remember(pool);
    assertThat(new VolumeClaims(others).claims())
        .as("to another data root in that pool")
        .containsExactly(new Claim(15440, UID, APP, true));

    volumes.destroy(pool, VolumeMarker.id(UID, 1));
    assertThat(claims.claims()).isEmpty();
  }
}
