package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.it.VerbProcess.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code status}, {@code health}, {@code top}, {@code create} and {@code versions}. */
@Timeout(400)
@SuppressWarnings("NullAway.Init")
final class TestStateVerbsForReal {
  private static Pglet pglet;
  private static VerbProcess verbs;

  @BeforeAll
  static void startServers() throws Exception {
    pglet = new Pglet();
    pglet.write(
        "app.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: app}
        spec: {parameters: {shared_buffers: 16MB}}
        ---
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: off}
        spec: {desiredState: Stopped}
        ---
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: bad}
        spec: {runtime: {binaries: /nowhere}}
        """);
    pglet.untilRunning("app");
    pglet.stop();
    verbs = new VerbProcess(pglet);
  }

  @AfterAll
  static void removeAll() throws Exception {
    pglet.close();
  }

  @Test
  void statusNamesWhatIsNotAsItShouldBe() throws Exception {
    Ended ended = verbs.run("status");
    assertThat(ended.code()).as(ended.toString()).isZero();
    assertThat(ended.out())
        .contains("Daemon:     none runs")
        .contains("Data root:  " + pglet.dataRoot() + ", ")
        .containsPattern("postgresqlinstance/app +Running")
        .containsPattern("postgresqlinstance/off +Stopped")
        .contains("Not as it should be:")
        .contains("postgresqlinstance/bad  ")
        .contains("/nowhere/bin/postgres")
        .doesNotContain("  postgresqlinstance/off  ");
    String one = verbs.run("status", "app").out();
    assertThat(one)
        .contains("Connect:       postgresql://app@127.0.0.1:")
        .contains("All is as it should be.")
        .doesNotContain("Daemon");
  }

  @Test
  void healthIsAnExitCode() throws Exception {
    Ended well = verbs.run("health", "app", "off");
    assertThat(well.code()).as(well.toString()).isZero();
    assertThat(verbs.run("health", "off").out()).isEqualTo("postgresqlinstance/off: stopped\n");
    Ended all = verbs.run("health", "-o", "json");
    assertThat(all.code()).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(all.out());
    assertThat(json.path("healthy").asBoolean()).isFalse();
    assertThat(json.path("resources").size()).isEqualTo(3);
    assertThat(verbs.run("health", "nobody").code()).isEqualTo(2);
    assertThat(verbs.run("health", "-o", "xml").code()).isEqualTo(2);
  }

  @Test
  void topShowsSessionsOnce() throws Exception {
    Path out = Files.createTempFile(pglet.base(), "psql", ".out");
    Process session = verbs.start(out, "connect", "app", "--", "-Xc", "SELECT pg_sleep(300)");
    try {
      String shown =
          TestInstanceForReal.eventually(
              () -> {
                Ended ended = verbs.run("top", "app", "--once");
                assertThat(ended.out()).as(ended.toString()).contains("SELECT pg_sleep(300)");
                return ended.out();
              },
              Pglet.SOON);
      assertThat(shown)
          .containsPattern("postgresqlinstance/app: \\d+ of 100 sessions, \\d+ active")
          .doesNotContain("\u001b");
    } finally {
      session.destroy();
      session.waitFor();
    }
    assertThat(verbs.run("top", "off").err()).contains("does not run");
    assertThat(verbs.run("top", "--interval", "soon").code()).isEqualTo(2);
  }

  @Test
  void createWritesAManifestThatItShows() throws Exception {
    String[] words = {
      "create",
      "new",
      "--template",
      "development",
      "--version",
      "18",
      "--port",
      "16397",
      "--set",
      "work_mem=8MB",
      "--set",
      "database.name=shop",
      "--dry-run"
    };
    Ended dry = verbs.run(words);
    assertThat(dry.code()).as(dry.toString()).isZero();
    String document =
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: new
        spec:
          template: development
          version: "18"
          network:
            port: 16397
          parameters:
            work_mem: 8MB
          database:
            name: shop
        """;
    assertThat(dry.out())
        .startsWith(document)
        .contains("would be created")
        .endsWith("Nothing was written: it was a dry run.\n");
    Path file = pglet.manifests().resolve("postgresqlinstance-new.yaml");
    assertThat(file).doesNotExist();

    String[] real = Arrays.copyOf(words, words.length - 1);
    Ended created = verbs.run(real);
    assertThat(created.code()).as(created.toString()).isZero();
    assertThat(Files.readString(file)).isEqualTo(document);
    Ended again = verbs.run(real);
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("there is postgresqlinstance/new already");
    Files.delete(file);
  }

  @Test
  void createWritesNothingThatIsBad() throws Exception {
    assertThat(verbs.run("create").err()).contains("say the name of the new instance");
    assertThat(verbs.run("create", "No_Name").code()).isEqualTo(2);
    assertThat(verbs.run("create", "x", "--set", "versoin=17").err())
        .contains("did you mean 'version'?");
    assertThat(verbs.run("create", "x", "--set", "version").code()).isEqualTo(2);
    Ended port = verbs.run("create", "x", "--port", "many");
    assertThat(port.code()).isEqualTo(1);
    assertThat(port.err()).contains("spec.network.port");
    assertThat(verbs.run("create", "x", "--version", "seventeen").code()).isEqualTo(1);
    assertThat(verbs.run("create", "x", "--version", "17", "--set", "version=18").err())
        .contains("spec.version is named twice");
    assertThat(pglet.manifests().resolve("postgresqlinstance-x.yaml")).doesNotExist();
  }

  @Test
  void versionsAreListedWithWhoUsesThemAndKeptWhileSomebodyDoes() throws Exception {
    Ended list = verbs.run("versions", "list");
    assertThat(list.code()).as(list.toString()).isZero();
    assertThat(list.out()).contains("VERSION   SOURCE").contains("postgresqlinstance/app");
    String used =
        list.out()
            .lines()
            .filter(line -> line.contains("embedded"))
            .findFirst()
            .orElseThrow()
            .split(" ", 2)[0];
    Ended refused = verbs.run("versions", "remove", used);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("PostgreSQL " + used + " is used by postgresqlinstance/app");
    assertThat(pglet.dataRoot().resolve("binaries").resolve(used)).isDirectory();
    assertThat(verbs.run("versions", "available").out()).contains(used);
    assertThat(verbs.run("versions", "install", used).out()).contains("is installed");

    // Of a version that nobody uses: its directory is all that tells of it.
    Path unused = pglet.dataRoot().resolve("binaries/13.99/bin");
    Files.createDirectories(unused);
    Files.createFile(
        unused.resolve("postgres"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    assertThat(verbs.run("versions", "remove", "13.99").code()).isZero();
    assertThat(unused.getParent()).doesNotExist();
    assertThat(verbs.run("versions", "remove", "13.99").err()).contains("is not installed");
    assertThat(verbs.run("versions", "remove", "17").code()).isEqualTo(2);
    assertThat(verbs.run("versions", "install", "old").code()).isEqualTo(2);
    assertThat(verbs.run("versions", "install", "99.1").code()).isEqualTo(1);
    assertThat(verbs.run("versions").code()).isEqualTo(2);
  }
}
