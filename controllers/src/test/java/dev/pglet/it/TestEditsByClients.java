package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.client.ApiClient;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Edits by the command line and by clients of Kubernetes, through a real daemon. The instance is
 * paused, so that no server is needed for what is done to its manifest.
 */
@Timeout(120)
final class TestEditsByClients {
  private static final String PATH =
      "/apis/pglet.dev/v1alpha1/namespaces/default/postgresqlinstances/app";
  private static final String APP =
      """
      # the shop's
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
        annotations: {pglet.dev/paused: "true"} # until it is moved
      spec:
        version: 17 # as everywhere
        network:
          # not the one of the old host
          port: 15439
        extensions:
          - name: pgcrypto # of the shop
          - name: hstore
            version: "1.7" # not ours
        parameters: {work_mem: 8MB} # a lot
      """;

  private Pglet pglet;
  private DaemonProcess daemon;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
    pglet.write("app.yaml", APP);
    daemon = DaemonProcess.start(pglet);
    TestInstanceForReal.eventually(
        () -> {
          String seen = daemon.verb("get", "pg/app", "-o", "jsonpath={.status.conditions}");
          assertThat(seen).contains("Paused");
          return seen;
        },
        Pglet.SOON);
  }

  @AfterEach
  void close() throws Exception {
    daemon.close();
    pglet.close();
  }

  private String file() throws Exception {
    return Files.readString(pglet.manifests().resolve("app.yaml"));
  }

  /** The text above the status. */
  private String own() throws Exception {
    return file().split("\nstatus:", 2)[0] + "\n";
  }

  @Test
  void whatAJsonClientReadsAndPutsBackKeepsEveryComment() throws Exception {
    ApiClient client = ApiClient.connect(pglet.settings().apiSocket()).orElseThrow();
    ObjectNode object = client.get(PATH, "application/json").orElseThrow();
    String before = own();
    client.send("PUT", PATH, "application/json", "application/json", object.toString());
    assertThat(own()).as("nothing was changed").isEqualTo(before);

    object = client.get(PATH, "application/json").orElseThrow();
    ObjectNode spec = object.withObjectProperty("spec");
    spec.withObjectProperty("network").put("port", 15440);
    spec.withObjectProperty("parameters").put("jit", "off").remove("work_mem");
    ((ObjectNode) spec.path("extensions").get(1)).put("version", "1.8");
    client.send("PUT", PATH, "application/json", "application/json", object.toString());

    assertThat(own())
        .isEqualTo(
            APP.replace("15439", "15440")
                .replace("{work_mem: 8MB}", "{jit: \"off\"}")
                .replace("\"1.7\"", "\"1.8\""));
  }

  @Test
  void anEditThatCannotBePutTogetherIsRefusedWithItsPlaceAndWritesNothing() throws Exception {
    String before = own();

    assertThat(daemon.verb(1, "config", "set", "app", "template=nobody"))
        .contains("app.yaml:", "spec.template", "nobody");
    assertThat(daemon.verb(1, "config", "set", "app", "data_directory=/elsewhere"))
        .contains("app.yaml:", "spec.parameters.data_directory");
    assertThat(own()).isEqualTo(before);

    daemon.close();
    String manifests = "--manifests=" + pglet.manifests();
    assertThat(daemon.verb(1, "config", "set", "app", "template=nobody", manifests))
        .contains("app.yaml:", "spec.template");
    assertThat(own()).isEqualTo(before);

    pglet.write("app.yaml", file().replace("spec:", "spec:\n  template: nobody"));
    assertThat(daemon.verb("annotate", "pg/app", "team=shop", manifests))
        .as("an edit that has nothing to do with it")
        .contains("annotated in");
  }
}
