package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real daemon, which watches its directory. */
@Timeout(300)
final class TestRunningDaemon {
  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = Pglet.inMemory();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private static String app(int port) {
    return """
    apiVersion: pglet.dev/v1alpha1
    kind: PostgreSQLInstance
    metadata: {name: app}
    spec:
      version: "MAJOR"
      network: {port: PORT}
    """
        .replace("MAJOR", SYSTEM_MAJOR)
        .replace("PORT", Integer.toString(port));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void movesAServerToThePortThatSomebodyHasWrittenIntoItsManifest() throws Exception {
    int first = freePort();
    Path manifest = pglet.write("app.yaml", app(first));
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      JsonNode before = daemon.ready("pg/app");
      assertThat(before.at("/status/port").asInt()).isEqualTo(first);
      int second = freePort();

      String text = Files.readString(manifest);
      Files.writeString(manifest, text.replace("port: " + first, "port: " + second));

      eventually(
          () -> {
            JsonNode after = daemon.ready("pg/app");
            assertThat(after.at("/status/port").asInt()).isEqualTo(second);
            try (Connection connection = connect(after)) {
              return ask(connection, "SHOW port");
            }
          },
          Pglet.SOON);
      assertThat(daemon.ready("pg/app").at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
      assertThat(Leftovers.postmasters(Path.of(before.at("/status/dataDirectory").asText())))
          .hasSize(1);
      try (ServerSocket taken = new ServerSocket(first)) {
        assertThat(taken.isBound()).as("the first port is free again").isTrue();
      }
    }
  }

  @Test
  void isTheOnlyOneOfItsDataRoot() throws Exception {
    pglet.write("app.yaml", app(freePort()));
    try (DaemonProcess first = DaemonProcess.start(pglet)) {
      JsonNode before = first.ready("pg/app");
      try (DaemonProcess second = DaemonProcess.start(pglet)) {
        eventually(
            () -> {
              assertThat(second.alive()).isFalse();
              return "";
            },
            Pglet.SOON);
        assertThat(second.log())
            .contains("another pglet (pid " + first.pid() + ")")
            .contains(pglet.dataRoot().toString())
            .contains("kill " + first.pid());
      }
      assertThat(first.alive()).isTrue();
      assertThat(first.ready("pg/app").at("/status/pid")).isEqualTo(before.at("/status/pid"));
    }
  }
}
