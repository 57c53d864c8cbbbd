package dev.pglet.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.reconcile.HostUnavailable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The place of the API. */
final class TestApiSocket {
  @TempDir private Path directory;

  @Test
  void whatCannotBeBoundIsSaidWithItsPathAndTheReason() throws Exception {
    Path path = directory.resolve("pglet.sock");
    ApiSocket socket = new ApiSocket(path);
    socket.prepare();
    socket.requireBindable();
    assertThat(socket.binding()).as("left free").doesNotExist();

    // As a directory that somebody has taken away.
    Files.delete(socket.binding().getParent());

    assertThatThrownBy(socket::requireBindable)
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("cannot bind the API socket " + path)
        .hasMessageContaining("No such file or directory");
  }
}
