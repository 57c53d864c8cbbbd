package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.file.FileTree;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cleanup} when nothing says any more what there is, but what there is. */
final class TestCleanupForReal {
  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = Pglet.inMemory();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLostStateDirectoryKeepsNoServerFromBeingRemoved(boolean daemonRuns) throws Exception {
    pglet.write(
        "app.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: app}
        spec: {version: "MAJOR"}
        """
            .replace("MAJOR", SYSTEM_MAJOR));
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      Path data = Path.of(daemon.ready("pg/app").at("/status/dataDirectory").asText());
      if (!daemonRuns) {
        daemon.kill();
      }
      FileTree.delete(pglet.settings().state());

      assertThat(daemon.verb("cleanup", "--all", "--data", "--yes"))
          .contains("app: removed volume");

      assertThat(daemon.alive()).isFalse();
      assertThat(Leftovers.postmasters(data)).isEmpty();
      assertThat(pglet.dataRoot()).doesNotExist();
      assertThat(daemon.verb("cleanup", "--all", "--data", "--yes"))
          .contains("There is nothing of pglet in " + pglet.dataRoot());
    }
  }
}
