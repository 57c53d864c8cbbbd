package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.daemon.settings.Places;
import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TestServerHost {
  @Test
  void theLongestRunDirectoryThatTheDaemonTakesIsTheLongestThatServersCanLiveIn() throws Exception {
    Path longest = Path.of("/" + "r".repeat(Places.LONGEST_RUN_DIRECTORY - 1));
    assertThat(ServerHost.socketDirectory(longest, TestingServer.UID))
        .isEqualTo(longest.resolve("0a1b2c3d"));
    assertThatThrownBy(() -> ServerHost.socketDirectory(Path.of(longest + "r"), TestingServer.UID))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("has 107 bytes");
  }
}
