package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.PlannedStep;
import dev.pglet.reconcile.Risk;
import java.sql.Connection;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Databases of a real server whose entries are removed. */
final class TestDatabaseDeletionForReal {
  private static final ResourceKey KEY = ResourceKey.of(PostgreSQLInstance.KIND, "app");
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        parameters: {work_mem: 5MB}
        databases:
          - {name: kept}
          - {name: shop, deletionPolicy: Delete}
      """
          .replace("MAJOR", SYSTEM_MAJOR);
  private static final String SHOP = "    - {name: shop, deletionPolicy: Delete}\n";

  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private String databases() throws Exception {
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      return ask(
          connection,
          "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database"
              + " WHERE datname IN ('app', 'kept', 'shop')");
    }
  }

  private String condition(String type) throws Exception {
    return StreamSupport.stream(pglet.instance("app").at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .map(JsonNode::toString)
        .findFirst()
        .orElse("");
  }

  @Test
  void aDatabaseGoesWithItsEntryOnlyByConsentAndNothingElseWaitsForIt() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    assertThat(databases()).isEqualTo("app,kept,shop");

    // Of both entries: the one that says nothing keeps its database.
    String without = APP.substring(0, APP.indexOf("  databases:")).replace("5MB", "6MB");
    pglet.engine().apply(without);
    pglet.settle();
    assertThat(databases()).isEqualTo("app,kept,shop");
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "app")) {
      assertThat(ask(connection, "SHOW work_mem")).as("all else is done").isEqualTo("6MB");
    }
    Preview preview = pglet.engine().preview(KEY).orElseThrow();
    assertThat(preview.steps())
        .singleElement()
        .satisfies(
            step -> {
              assertThat(step.risk()).isEqualTo(Risk.DESTRUCTIVE);
              assertThat(step.describe()).startsWith("dropping database shop with its data");
            });
    String consent = preview.planId().orElseThrow();

    // What somebody uses is not taken away.
    try (Connection user = Pglet.superuser(pglet.instance("app"), "shop")) {
      assertThat(ask(user, "SELECT current_database()")).isEqualTo("shop");
      pglet.engine().apply(confirming(without, consent));
      pglet.settle();
      assertThat(databases()).isEqualTo("app,kept,shop");
      assertThat(condition("UpToDate") + condition("Stalled") + condition("Reconciling"))
          .contains("database shop is not dropped while 1 session(s) use it");
    }
    pglet.restart();
    pglet.converge();
    assertThat(databases()).isEqualTo("app,kept");

    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).as("nothing is left to do or to note").isEmpty();
  }

  @Test
  void anEntryThatIsBackOrSaysRetainKeepsTheDatabase() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    pglet.engine().apply(APP.replace(SHOP, ""));
    pglet.settle();
    assertThat(pglet.engine().preview(KEY).orElseThrow().steps())
        .extracting(PlannedStep::name)
        .containsExactly("DropDatabase");

    // What has its name now is another one, of which nobody has said anything.
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "app")) {
      run(connection, "DROP DATABASE shop");
      run(connection, "CREATE DATABASE shop");
    }
    pglet.restart();
    pglet.converge();
    assertThat(databases()).isEqualTo("app,kept,shop");
    assertThat(pglet.engine().preview(KEY).orElseThrow().steps()).isEmpty();

    pglet.engine().apply(APP.replace(", deletionPolicy: Delete", ""));
    pglet.converge();
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "shop")) {
      run(connection, "CREATE TABLE public.precious ()");
    }
    pglet.engine().apply(APP.replace(SHOP, ""));
    pglet.converge();
    assertThat(databases()).isEqualTo("app,kept,shop");
  }

  private static String confirming(String manifest, String id) {
    return manifest.replace(
        "  name: app\n", "  name: app\n  annotations: {pglet.dev/confirm: " + id + "}\n");
  }
}
