package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a daemon says of plans, of differences and to Prometheus holds no secret. */
@Timeout(300)
final class TestSecretsAreNotShown {
  private static final String OF_ROLE = "hunter2-of-the-role";
  private static final String OF_ROLE_LATER = "hunter3-of-the-role";
  private static final String IN_SETTING = "hunter2-in-a-setting";
  private static final String IN_SETTING_LATER = "hunter3-in-a-setting";
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        version: "MAJOR"
        monitoring: {metricsPort: PORT}
        parameters:
          primary_conninfo: host=nowhere user=u password=SETTING
          app.api_key: SETTING
        roles:
          - {name: auditor, password: {file: FILE}}
          - {name: worker, generated: true}
      """
          .replace("MAJOR", SYSTEM_MAJOR);
  private static final String OBJECT =
      "/apis/pglet.dev/v1alpha1/namespaces/default/postgresqlinstances/app";

  private Pglet pglet;
  private int port;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private String manifest(String setting, Path file) {
    return APP.replace("PORT", Integer.toString(port))
        .replace("SETTING", setting)
        .replace("FILE", file.toString());
  }

  private Path secret(String name, String text) throws IOException {
    Path file = Files.writeString(pglet.base().resolve(name), text + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String api(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--unix-socket"));
    command.add(pglet.settings().apiSocket().toString());
    command.addAll(Arrays.asList(words));
    command.set(command.size() - 1, "http://pglet" + command.getLast());
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor()).as(answer).isZero();
    return answer;
  }

  private String scrape() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void inMetricsDifferencesAndPlans() throws Exception {
    Path file = secret("first", OF_ROLE);
    pglet.write("app.yaml", manifest(IN_SETTING, file));
    Path later =
        Files.writeString(
            pglet.base().resolve("later.yaml"),
            manifest(IN_SETTING_LATER, secret("later", OF_ROLE_LATER)));
    Map<String, String> shown = new LinkedHashMap<>();
    List<String> secrets = new ArrayList<>(List.of(OF_ROLE, OF_ROLE_LATER, "SCRAM-SHA-256$"));
    secrets.addAll(List.of(IN_SETTING, IN_SETTING_LATER));
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      JsonNode app = daemon.ready("pg/app");
      String uri = app.at("/status/connection/uri").asText();
      Path passfile = Path.of(uri.substring(uri.indexOf("passfile=") + "passfile=".length()));
      secrets.add(Pglet.password(passfile, "worker"));

      shown.put("the instance's metrics", scrape());
      shown.put("the daemon's metrics", api("/metrics"));
      shown.put("diff", daemon.verb("diff", "pg/app"));
      shown.put("diff -f", daemon.verb(1, "diff", "-f", later.toString()));
      shown.put("dry run", daemon.verb("apply", "-f", later.toString(), "--dry-run"));
      shown.put("config get", daemon.verb("config", "get", "app", "--all"));
      shown.put("config get -o json", daemon.verb("config", "get", "app", "-o", "json"));
      shown.put("config diff", daemon.verb("config", "diff", "app", "-o", "yaml"));
      shown.put("plan", api(OBJECT + "/plan"));
      shown.put(
          "plan of an apply",
          api(
              "-X",
              "PATCH",
              "-H",
              "Content-Type: application/apply-patch+yaml",
              "--data-binary",
              "@" + later,
              OBJECT + "?dryRun=All"));
      shown.put("plan of a deletion", api("-X", "DELETE", OBJECT + "?dryRun=All"));
      shown.put("events", daemon.verb("events"));
      // A password that changes in its file is a plan that names the role and the file alone.
      daemon.verb("pause", "pg/app");
      secret("first", OF_ROLE_LATER);
      shown.put("plan of a password", api(OBJECT + "/plan"));
      shown.put("diff of a password", daemon.verb(1, "diff", "pg/app"));
      shown.put("the log", daemon.log());
    }
    assertThat(shown.get("the instance's metrics")).contains("pg_up 1");
    assertThat(shown.get("the daemon's metrics")).contains("# TYPE");
    assertThat(shown.get("diff -f"))
        .contains("host=nowhere user=u password=********")
        .contains("spec.parameters.app.api_key: ******** → ********");
    assertThat(shown.get("plan of an apply")).contains("\"differences\"", "********");
    assertThat(shown.get("config get")).contains("password=********");
    shown.forEach((what, text) -> assertThat(text).as(what).isNotEmpty().doesNotContain(secrets));
  }
}
