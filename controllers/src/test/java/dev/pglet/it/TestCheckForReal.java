package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.ServerAccounts;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.volume.LocalVolumes;
import dev.pglet.host.volume.MarkedAccount;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.it.VerbProcess.Ended;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code check} of this host, as a process of its own. */
@Timeout(240)
final class TestCheckForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Template
      metadata: {name: t}
      spec: {version: "VERSION"}
      ---
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        template: t
        runtime: {binaries: system}
        network: {port: PORT}
      """;

  private Pglet pglet;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private void write(String version, int port) throws Exception {
    pglet.write(
        "app.yaml", APP.replace("VERSION", version).replace("PORT", Integer.toString(port)));
  }

  @Test
  void saysOfEachThingHowItIsAndMakesNothing() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    write(SYSTEM_MAJOR, free);

    Ended ended = new VerbProcess(pglet).run("check");

    assertThat(ended.code()).as(ended.toString()).isZero();
    assertThat(ended.out())
        .containsPattern("RESULT +CHECK +FOUND")
        .containsPattern("OK +java +25")
        .containsPattern("(OK|WARN) +open files +")
        .containsPattern("(OK|WARN) +/dev/shm +")
        .containsPattern("OK +huge pages +")
        .containsPattern("(OK|WARN) +cgroup")
        // In a chroot the mount table need not name the root.
        .containsPattern(
            "(OK|WARN) +file system +(nobody says on which file system )?"
                + pglet.dataRoot()
                + " is")
        .containsPattern("OK +postgresql +.*" + SYSTEM_MAJOR + "\\.\\d+ \\(system\\)")
        .containsPattern("OK +version +" + SYSTEM_MAJOR + " of postgresqlinstance/app: ")
        .containsPattern("OK +port +" + free + " of postgresqlinstance/app is free on 127.0.0.1")
        .containsPattern("OK +manifests +asked for 2 of ");
    assertThat(pglet.dataRoot()).doesNotExist();
  }

  @Test
  void whatFailsIsNamedWithWhatToDo() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int taken = socket.getLocalPort();
      write("14.99", taken);
      pglet.write("bad.yaml", "kind: [");
      VerbProcess verbs = new VerbProcess(pglet);

      Ended ended = verbs.run("check", "-o", "json");

      assertThat(ended.code()).as(ended.toString()).isEqualTo(1);
      JsonNode items = new ObjectMapper().readTree(ended.out()).path("items");
      JsonNode port = of(items, "port");
      assertThat(port.path("result").asText()).isEqualTo("FAIL");
      assertThat(port.path("found").asText())
          .startsWith(taken + " of postgresqlinstance/app is taken by pid ");
      assertThat(port.path("remedy").asText()).contains("spec.network.port");
      assertThat(of(items, "version").path("result").asText()).isEqualTo("FAIL");
      assertThat(of(items, "manifests").path("result").asText()).isEqualTo("WARN");

      JsonNode yaml = new YAMLMapper().readTree(verbs.run("check", "-o", "yaml").out());
      assertThat(yaml.path("items")).hasSameSizeAs(items);
      assertThat(verbs.run("check").out()).containsPattern("FAIL +port ").contains("-> Choose");
      Ended doctor = verbs.run("doctor");
      assertThat(doctor.code()).isEqualTo(1);
      assertThat(doctor.out()).contains("problem  port           " + taken);
      assertThat(verbs.run("check", "-o", "xml").code()).isEqualTo(2);
    }
  }

  @Test
  void anAccountThatServersDoNotRunAsFails() throws Exception {
    pglet.write(
        "app.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: app}
        spec:
          version: "VERSION"
          runtime: {user: root}
        """
            .replace("VERSION", SYSTEM_MAJOR));
    Ended ended = new VerbProcess(pglet).run("check");
    assertThat(ended.code()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.out()).containsPattern("FAIL +account +postgresqlinstance/app: the .* root");
    assertThat(pglet.dataRoot()).doesNotExist();
  }

  @Test
  void anAccountThatAnInstanceWasNotMadeForFails() throws Exception {
    ServerAccount self = new ServerAccounts(pglet.settings(), new HostAccounts(), _ -> {}).look();
    pglet.write(
        "app.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: app}
        spec:
          version: "VERSION"
          runtime: {user: USER}
        """
            .replace("VERSION", SYSTEM_MAJOR)
            .replace("USER", self.name()));
    VerbProcess verbs = new VerbProcess(pglet);
    assertThat(verbs.run("check").out()).containsPattern("OK +account +" + self.name());

    LocalVolumes volumes = new LocalVolumes(new LocalCommands());
    Path pool = pglet.settings().volumes();
    String dataRoot =
        new Pools(pglet.dataRoot().resolve("pools"), volumes, _ -> false).remember(pool);
    String uid = "0a1b2c3d-0000-4000-8000-000000000001";
    volumes.create(
        pool,
        new VolumeMarker(
            VolumeMarker.FORMAT,
            VolumeMarker.id(uid, 1),
            ResourceKey.of(PostgreSQLInstance.KIND, "app"),
            uid,
            1,
            pglet.manifests().toString(),
            VolumeMarker.Phase.READY,
            54001,
            "system",
            SYSTEM_MAJOR + ".0",
            dataRoot,
            Map.of(MarkedAccount.FACT, "madefor:64001:64001")),
        self);
    Ended ended = verbs.run("check");
    assertThat(ended.code()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.out())
        .containsPattern("FAIL +account +postgresqlinstance/app: the server runs as madefor");
  }

  @Test
  void aDirectoryThatIsNotThereAsksForNothing() throws Exception {
    Ended ended = new VerbProcess(pglet).run("check", pglet.base().resolve("none").toString());
    assertThat(ended.code()).as(ended.toString()).isZero();
    assertThat(ended.out()).contains("none is not there: asked for none");
  }

  private static JsonNode of(JsonNode items, String check) {
    for (JsonNode item : items) {
      if (item.path("check").asText().equals(check)) {
        return item;
      }
    }
    throw new AssertionError(check + " is not in " + items);
  }
}
