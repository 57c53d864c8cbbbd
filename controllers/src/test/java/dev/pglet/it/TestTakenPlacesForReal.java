package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * T7: whoever comes second to a port or a directory is refused, and the first goes on untouched.
 */
@Timeout(300)
final class TestTakenPlacesForReal {
  private Pglet pglet;
  private Path outside;

  @BeforeEach
  void open() throws IOException {
    pglet = Pglet.inMemory();
    outside = Files.createDirectory(pglet.base().resolve("outside"));
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private static String manifest(String name, String field) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: %s
        spec:
          version: "%s"
          %s
        """
        .formatted(name, SYSTEM_MAJOR, field);
  }

  private static String port(int port) {
    return "network: {port: %d}".formatted(port);
  }

  private static String data(Path directory) {
    return "storage: {dataDirectory: %s}".formatted(directory);
  }

  /** Its postmaster: pid, start and boot. */
  private JsonNode postmaster(String name) throws Exception {
    JsonNode postmaster = pglet.instance(name).at("/status/postmaster");
    assertThat(postmaster.path("pid").asLong()).as(name).isPositive();
    return postmaster;
  }

  private String askApp() throws Exception {
    try (Connection connection = connect(pglet.instance("app"))) {
      return ask(connection, "SELECT 1");
    }
  }

  @Test
  void thePortOfARunningServerIsRefusedToTheNextManifestThatNamesIt() throws Exception {
    pglet.write("app.yaml", manifest("app", "desiredState: Running"));
    pglet.converge();
    JsonNode first = postmaster("app");
    int port = pglet.instance("app").at("/status/port").asInt();

    pglet.write("late.yaml", manifest("late", port(port)));
    pglet.engine().rescan();
    said("port %d is taken by postgresqlinstance/app".formatted(port));

    assertThat(pid(pglet.instance("late"))).isZero();
    assertThat(postmaster("app")).isEqualTo(first);
    assertThat(askApp()).isEqualTo("1");
  }

  @Test
  void aRunningServerIsNotMovedToThePortOfAForeignProcess() throws Exception {
    pglet.write("app.yaml", manifest("app", "desiredState: Running"));
    pglet.converge();
    JsonNode first = postmaster("app");
    pglet.steps().forget();
    try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      pglet.write("app.yaml", manifest("app", port(foreign.getLocalPort())));
      pglet.engine().rescan();
      said("port %d is taken".formatted(foreign.getLocalPort()));
      said("pid " + ProcessHandle.current().pid());
      assertThat(postmaster("app")).isEqualTo(first);
      assertThat(askApp()).isEqualTo("1");
      assertThat(pglet.steps().names()).doesNotContain("RestartServer", "StopServer");
    }
  }

  @Test
  void aPortThatAForeignProcessTookMeanwhileIsAwaitedAndItsHolderNamed() throws Exception {
    pglet.write("app.yaml", manifest("app", "desiredState: Running"));
    pglet.converge();
    int port = pglet.instance("app").at("/status/port").asInt();
    pglet.engine().apply(manifest("app", "desiredState: Stopped"));
    pglet.converge();
    try (ServerSocket foreign = new ServerSocket()) {
      foreign.setReuseAddress(true);
      foreign.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      pglet.engine().apply(manifest("app", "desiredState: Running"));
      said(
          "port %d of postgresqlinstance/app is held by pid %d (java)"
              .formatted(port, ProcessHandle.current().pid()));
      assertThat(Leftovers.postmasters(dataOf("app"))).isEmpty();
    }
    assertThat(eventually(this::askApp, Pglet.SOON)).isEqualTo("1");
    assertThat(pglet.instance("app").at("/status/port").asInt()).as("its own").isEqualTo(port);
  }

  /** Waits until it is, whatever else is tried meanwhile. */
  private void said(String what) throws Exception {
    eventually(
        () -> {
          assertThat(pglet.engine().converge(Duration.ofMillis(200)).toString()).contains(what);
          return "";
        },
        Pglet.SOON);
  }

  private Path dataOf(String name) throws Exception {
    return Path.of(pglet.instance(name).at("/status/dataDirectory").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/app", "/app/base/inner", "", "/app/../app", "/link"})
  void theDataDirectoryOfARunningServerIsRefusedWhateverItIsCalled(String other) throws Exception {
    Path data = outside.resolve("app");
    pglet.write("app.yaml", manifest("app", data(data)));
    pglet.converge();
    JsonNode first = postmaster("app");
    Files.createSymbolicLink(outside.resolve("link"), data);
    pglet.steps().forget();

    String field = "storage: {dataDirectory: %s%s}".formatted(outside, other);
    pglet.write("late.yaml", manifest("late", field));
    String said = pglet.settle().toString();

    assertThat(said)
        .contains("late.yaml", "spec.storage.dataDirectory")
        .containsAnyOf(
            "a directory of postgresqlinstance/app",
            "leads over a symbolic link: %s/link is %s".formatted(outside, data),
            "is not the plain path of a directory");
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(postmaster("app")).isEqualTo(first);
    assertThat(Leftovers.postmasters(data)).containsExactly(first.path("pid").asLong());
    assertThat(askApp()).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"both", "both/base/inner"})
  void ofTwoManifestsThatComeAtOnceWithOneDataDirectoryOneGetsIt(String second) throws Exception {
    pglet.write("one.yaml", manifest("one", data(outside.resolve("both"))));
    pglet.write("two.yaml", manifest("two", data(outside.resolve(second))));

    String said = pglet.settle().toString();
    pglet.settle();

    List<String> running = new ArrayList<>();
    for (String name : List.of("one", "two")) {
      if (pglet.instance(name).at("/status/phase").asText().equals("Running")) {
        running.add(name);
      }
    }
    assertThat(running).as(said).hasSize(1);
    assertThat(said).contains("a directory of postgresqlinstance/" + running.getFirst());
    JsonNode first = postmaster(running.getFirst());
    pglet.restart();
    pglet.settle();
    assertThat(postmaster(running.getFirst())).isEqualTo(first);
    assertThat(Leftovers.postmasters(dataOf(running.getFirst()))).hasSize(1);
  }
}
