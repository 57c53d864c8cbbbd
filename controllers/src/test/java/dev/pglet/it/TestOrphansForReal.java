package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.file.FileTree;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources.Change;
import dev.pglet.reconcile.engine.Unmanaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers and data without a manifest, with real PostgreSQL: taken in again, or removed. */
final class TestOrphansForReal {
  private static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "app");
  private static final String APP =
      """
      # The shop's database.
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR" # for now
        parameters:
          work_mem: 5MB
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private Pglet pglet;
  private JsonNode before;

  @BeforeEach
  void anInstanceWithARow() throws Exception {
    pglet = Pglet.inMemory();
    pglet.write("app.yaml", APP);
    pglet.converge();
    before = pglet.instance("app");
    try (Connection connection = connect(before)) {
      run(connection, "CREATE TABLE t AS SELECT 42 AS answer");
    }
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private Path data() {
    return Path.of(before.at("/status/dataDirectory").asText());
  }

  private Path passfile() {
    return Path.of(before.at("/status/connection/secretFile").asText());
  }

  private void assertSameDataAndPlace(JsonNode app) throws Exception {
    assertThat(app.at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
    for (String field : List.of("port", "dataDirectory", "connection")) {
      assertThat(app.at("/status/" + field)).isEqualTo(before.at("/status/" + field));
    }
    try (Connection connection = connect(app)) {
      assertThat(ask(connection, "SELECT answer FROM t")).isEqualTo("42");
      assertThat(ask(connection, "SHOW work_mem")).isEqualTo("5MB");
    }
    assertThat(Leftovers.postmasters(data())).containsExactly(pid(app));
  }

  /** Nothing of it is on the host: no server, no volume, no password, no state of its own. */
  private void assertNothingIsLeft() throws Exception {
    assertThat(Leftovers.postmasters(data())).isEmpty();
    assertThat(passfile()).doesNotExist();
    String uid = before.at("/metadata/uid").asText();
    assertThat(Leftovers.paths(pglet.dataRoot()))
        .noneMatch(path -> path.toString().contains(uid))
        .noneMatch(path -> path.toString().contains(before.at("/status/volume").asText()));
    assertThat(pglet.engine().unmanaged()).isEmpty();
  }

  private void delete() throws Exception {
    assertThat(pglet.engine().delete(KEY)).isTrue();
    awaitGone();
  }

  private void awaitGone() throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          assertThat(pglet.engine().get(KEY)).isEmpty();
          return "";
        },
        Pglet.SOON);
  }

  @Test
  void retainedDataIsServedAgainAfterAdoption() throws Exception {
    delete();
    assertThat(Leftovers.postmasters(data())).isEmpty();
    assertThat(pglet.manifests().resolve("app.yaml")).doesNotExist();
    assertThat(pglet.engine().unmanaged())
        .singleElement()
        .satisfies(
            orphan -> {
              assertThat(orphan.retained()).isTrue();
              assertThat(orphan.place()).isEqualTo(data().toString());
              assertThat(orphan.explanation()).contains("pglet adopt postgresqlinstance/app");
            });
    pglet.restart();

    assertThat(pglet.engine().adopt(KEY).change()).isEqualTo(Change.CREATED);
    pglet.converge();

    assertSameDataAndPlace(pglet.instance("app"));
    assertThat(text()).as("with its comments").startsWith(APP);
    assertThat(pglet.engine().unmanaged()).isEmpty();
    assertThat(pglet.engine().adopt(KEY).change()).isEqualTo(Change.UNCHANGED);
  }

  private String text() throws IOException {
    return Files.readString(pglet.manifests().resolve("postgresqlinstance-app.yaml"));
  }

  @Test
  void aRunningServerOfAnotherRootIsAdoptedWithoutARestartAndStaysSo() throws Exception {
    pglet.stop();
    pglet.manifests(Files.createDirectory(pglet.base().resolve("other")));
    pglet.restart();
    pglet.settle();
    assertThat(pglet.engine().unmanaged()).extracting(Unmanaged::key).containsExactly(KEY);
    assertThatThrownBy(() -> pglet.engine().deleteData(KEY))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("nothing was deleted");

    pglet.engine().adopt(KEY);
    pglet.converge();

    assertThat(pid(pglet.instance("app"))).as("not restarted").isEqualTo(pid(before));
    assertSameDataAndPlace(pglet.instance("app"));
    assertThat(text()).startsWith(APP);

    // The markers say so too: they are all that is left when the state is lost.
    pglet.stop();
    FileTree.delete(pglet.settings().state());
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid(before));
    assertSameDataAndPlace(pglet.instance("app"));
  }

  @Test
  void deletingTheDataOfARunningInstanceLeavesNothingThoughItsPolicyIsToRetain() throws Exception {
    assertThat(pglet.engine().deleteData(KEY)).isTrue();
    awaitGone();

    assertNothingIsLeft();
    assertThat(pglet.manifests().resolve("app.yaml")).doesNotExist();
    assertThat(pglet.engine().deleteData(KEY)).isFalse();

    // A manifest of that name begins anew.
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode anew = pglet.instance("app");
    assertThat(anew.at("/metadata/uid")).isNotEqualTo(before.at("/metadata/uid"));
    try (Connection connection = connect(anew)) {
      assertThat(ask(connection, "SELECT count(*) FROM pg_tables WHERE tablename = 't'"))
          .isEqualTo("0");
    }
  }

  @Test
  void keptDataIsDeletedLaterByTheVerbs() throws Exception {
    pglet.stop();
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      assertThat(daemon.verb("delete", "pg/app"))
          .contains("its data is kept in " + data(), "pglet adopt", "pglet delete --data");
      assertThat(data()).isDirectory();
      assertThat(daemon.verb("get", "--orphans")).contains("postgresqlinstance/app");
      assertThat(daemon.verb("adopt", "pg/app", "--wait")).contains("its manifest was written to");
      assertSameDataAndPlace(daemon.ready("pg/app"));

      assertThat(daemon.verb("delete", "pg/app")).contains("its data is kept");
      assertThat(daemon.verb("delete", "--data", "pg/app")).contains("deleted with its data");
      assertThat(daemon.verb("get", "--orphans")).doesNotContain("postgresqlinstance/app");
    }
    assertNothingIsLeft();
  }
}
