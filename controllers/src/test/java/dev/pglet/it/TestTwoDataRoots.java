package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.file.FileTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two pglets with a data root each and one pool, and an instance of the same name in both. */
final class TestTwoDataRoots {
  private static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "app");

  private Pglet a;
  private Pglet b;
  private Path pool;

  @BeforeEach
  void anInstanceInEach() throws Exception {
    a = Pglet.inMemory();
    b = Pglet.inMemory();
    pool = a.base().resolve("pool");
    for (Pglet each : List.of(a, b)) {
      each.write("app.yaml", manifest("app"));
      each.converge();
      try (Connection connection = connect(each.instance("app"))) {
        run(connection, "CREATE TABLE whose AS SELECT '" + (each == a ? "a" : "b") + "' AS name");
      }
    }
  }

  @AfterEach
  void close() throws Exception {
    b.close();
    a.close();
  }

  private String manifest(String name) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: NAME
        spec:
          version: "MAJOR"
          storage: {pool: POOL}
        """
        .replace("NAME", name)
        .replace("MAJOR", SYSTEM_MAJOR)
        .replace("POOL", pool.toString());
  }

  private static Path data(JsonNode app) {
    return Path.of(app.at("/status/dataDirectory").asText());
  }

  private static void assertUntouched(JsonNode before, JsonNode now, String whose)
      throws Exception {
    assertThat(now.at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
    for (String field : List.of("port", "pid", "dataDirectory", "connection")) {
      assertThat(now.at("/status/" + field)).isEqualTo(before.at("/status/" + field));
    }
    assertThat(Leftovers.postmasters(data(now))).containsExactly(pid(now));
    try (Connection connection = connect(now)) {
      assertThat(ask(connection, "SELECT name FROM whose")).isEqualTo(whose);
    }
  }

  @Test
  void afterTheLossOfBothStatesEachHasItsOwnServerAndHasRestartedNone() throws Exception {
    JsonNode ofA = a.instance("app");
    JsonNode ofB = b.instance("app");
    assertThat(data(ofA)).startsWith(pool);
    assertThat(data(ofB)).startsWith(pool);
    for (Pglet each : List.of(a, b)) {
      each.stop();
      FileTree.delete(each.settings().state());
    }
    for (Pglet each : List.of(b, a)) {
      each.converge();
    }
    assertUntouched(ofA, a.instance("app"), "a");
    assertUntouched(ofB, b.instance("app"), "b");
  }

  @Test
  void cleaningUpOneLeavesTheServersAndDataOfTheOther() throws Exception {
    JsonNode ofA = a.instance("app");
    JsonNode ofB = b.instance("app");
    a.stop();
    try (DaemonProcess daemon = DaemonProcess.start(a)) {
      assertThat(daemon.verb("cleanup", "--all", "--data", "--yes"))
          .contains("removed volume " + ofA.at("/status/volume").asText())
          .doesNotContain(ofB.at("/status/volume").asText());
    }
    assertThat(Leftovers.postmasters(data(ofA))).isEmpty();
    assertThat(data(ofA)).doesNotExist();
    assertUntouched(ofB, b.converge().instance("app"), "b");
  }

  @Test
  void deletingTheDataInOneAndListingWhatItHasNoManifestForLeaveTheOther() throws Exception {
    b.write("more.yaml", manifest("more"));
    b.converge();
    a.restart();
    a.settle();
    assertThat(a.engine().unmanaged()).as("the other's are no orphans here").isEmpty();
    assertThat(a.engine().deleteData(ResourceKey.of(PostgreSQLInstance.KIND, "more"))).isFalse();

    JsonNode ofA = a.instance("app");
    JsonNode ofB = b.instance("app");
    assertThat(a.engine().deleteData(KEY)).isTrue();
    TestInstanceForReal.eventually(
        () -> {
          assertThat(a.engine().get(KEY)).isEmpty();
          return "";
        },
        Pglet.SOON);
    assertThat(data(ofA)).doesNotExist();
    assertUntouched(ofB, b.converge().instance("app"), "b");
  }

  @Test
  void aPortOfAServerThatIsDownIsNotGivenToOneOfTheOther() throws Exception {
    int port = a.instance("app").at("/status/port").asInt();
    a.engine().apply(manifest("app").replace("spec:\n", "spec:\n  desiredState: Stopped\n"));
    a.converge();
    assertThat(Leftovers.postmasters(data(a.instance("app")))).isEmpty();

    b.write("more.yaml", manifest("more"));
    b.converge();
    assertThat(b.instance("more").at("/status/port").asInt()).isNotEqualTo(port);
    b.write(
        "more.yaml",
        manifest("more").replace("spec:\n", "spec:\n  network: {port: " + port + "}\n"));
    assertThat(b.settle().toString())
        .contains("port " + port + " is taken by postgresqlinstance/app of another data root");
    assertThat(Files.isDirectory(data(b.instance("more")))).isTrue();
  }
}
