package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.binaries.Embedded;
import dev.pglet.host.file.FileTree;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.engine.EngineParts;
import dev.pglet.reconcile.engine.Observed;
import dev.pglet.reconcile.engine.SystemScheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Instances of PostgreSQL, from a manifest to a session and back. */
final class TestInstanceForReal {
  private static final String APP =
      """
      # The shop's database.
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app   # as in the URL
      spec:
        version: "MAJOR"
        parameters:
          work_mem: 5MB
        extensions:
          - name: pgcrypto
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: pr-1
      spec:
        source: {instance: app}
      """;

  private static final ResourceKey APP_KEY = ResourceKey.of(PostgreSQLInstance.KIND, "app");
  private static final ResourceKey BRANCH_KEY = ResourceKey.of(Branch.KIND, "pr-1");

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);

  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  static Stream<Arguments> binaries() {
    Stream<Arguments> everywhere =
        Stream.of(
            Arguments.of(SYSTEM_MAJOR, "system"),
            Arguments.of("17", "embedded"),
            Arguments.of("18", "embedded"));
    // The oldest is not there for every processor.
    return Stream.concat(
        everywhere, Stream.of("13").filter(Embedded::has).map(v -> Arguments.of(v, "embedded")));
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void aManifestBecomesAServerThatItsUserCanConnectTo(String version, String binaries)
      throws Exception {
    String manifest =
        APP.replace(
            "version: \"" + SYSTEM_MAJOR + "\"",
            "version: \"" + version + "\"\n  runtime: {binaries: " + binaries + "}");
    pglet.write("app.yaml", manifest);
    pglet.converge();
    JsonNode app = pglet.instance("app");
    assertThat(app.at("/status/phase").asText()).isEqualTo("Running");
    assertThat(app.at("/status/version").asText()).startsWith(version + ".");
    assertThat(app.at("/status/binaries").asText().contains("/usr/lib"))
        .isEqualTo(binaries.equals("system"));
    try (Connection connection = connect(app)) {
      assertThat(ask(connection, "SELECT current_user")).isEqualTo("app");
      assertThat(ask(connection, "SELECT current_database()")).isEqualTo("app");
      assertThat(ask(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = 'app'"))
          .isEqualTo("f");
      assertThat(ask(connection, "SHOW work_mem")).isEqualTo("5MB");
      assertThat(ask(connection, "SHOW data_checksums")).isEqualTo("on");
      assertThat(ask(connection, "SHOW log_timezone")).isEqualTo("UTC");
      assertThat(ask(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'pgcrypto'"))
          .isEqualTo("1");
      run(connection, "CREATE TABLE mine (id int)");
    }
    assertThat(pglet.manifests().resolve("app.yaml"))
        .content()
        .startsWith(manifest)
        .doesNotContain("password");
  }

  @Test
  void convergedMeansThatTheNextPassDoesNothingAtAll() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.write("pr-1.yaml", BRANCH);
    pglet.converge();
    pglet.restart();
    pglet.converge();
    pglet.steps().forget();
    AtomicInteger processes = new AtomicInteger();
    Map<String, String> edited = new TreeMap<>();
    try (RecordingStream recording = new RecordingStream()) {
      recording.enable("jdk.ProcessStart");
      recording.onEvent("jdk.ProcessStart", _ -> processes.incrementAndGet());
      recording.startAsync();
      assertThat(new ProcessBuilder("true").start().waitFor()).isZero();
      // A label is nothing to a server, and takes a pass.
      for (String file : List.of("app.yaml", "pr-1.yaml")) {
        edited.put(
            file,
            Files.readString(pglet.manifests().resolve(file))
                .replace("metadata:\n", "metadata:\n  labels: {seen: here}\n"));
        pglet.write(file, edited.get(file));
      }
      pglet.engine().rescan();
      eventually(
          () -> {
            assertThat(pglet.steps().passes()).contains(APP_KEY, BRANCH_KEY);
            return "";
          },
          Pglet.SOON);
      pglet.settle();
      recording.stop();
    }
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(processes).as("that of this test").hasValue(1);
    for (Map.Entry<String, String> file : edited.entrySet()) {
      assertThat(pglet.manifests().resolve(file.getKey())).content().isEqualTo(file.getValue());
    }
  }

  @Test
  void twoManifestsWithOnePortAreBothNamedAndTheServerThatHasItGoesOn() throws Exception {
    String fixed = APP.replace("spec:\n", "spec:\n  network: {port: 16999}\n");
    Path first = pglet.write("app.yaml", fixed);
    pglet.converge();
    pglet.write("free.yaml", APP.replace("name: app", "name: free"));
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    long free = pid(pglet.instance("free"));

    Path second = pglet.write("free.yaml", fixed.replace("name: app", "name: free"));
    Convergence convergence = pglet.settle();

    assertThat(convergence.toString())
        .contains(second.toRealPath() + ":7:13: spec.network.port: port 16999 is taken")
        .contains(first.toRealPath() + ":7:13: spec.network.port: that of");
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    assertThat(pid(pglet.instance("free"))).isEqualTo(free);
  }

  @Test
  void whoeverOnlyLooksMakesNothingOnTheHost() throws Exception {
    List<KindProvider> kinds =
        ServiceLoader.load(KindProvider.class).stream().map(ServiceLoader.Provider::get).toList();
    try (SystemScheduler scheduler = new SystemScheduler()) {
      Observed observed =
          Observed.open(
              EngineParts.of(
                  pglet.settings(),
                  kinds,
                  pglet.directory(kinds, scheduler),
                  Clock.systemUTC(),
                  scheduler));
      // What pglet wrote itself is accepted at once.
      observed.apply(APP);
      assertThat(observed.list(CrdDefinition.of(PostgreSQLInstance.class, "v1"))).hasSize(1);
    }
    assertThat(pglet.base()).isDirectoryContaining(path -> path.endsWith("manifests"));
    assertThat(pglet.dataRoot()).doesNotExist();
    assertThat(pglet.settings().runDirectory()).doesNotExist();
  }

  @Test
  void aStatementThatPostgresqlRefusesIsSaidWithThePlaceOfItsField() throws Exception {
    Path file =
        pglet.write(
            "app.yaml", APP.replace("name: pgcrypto", "name: pgcrypto\n      schema: gone"));
    Convergence convergence = pglet.settle();
    assertThat(convergence.standings().values().iterator().next().message())
        .startsWith(file.toRealPath() + ":11:7: spec.extensions[0].name: in database app, CREATE");
  }

  @Test
  void aSettingIsReloadedOrRestartedAsTheServerSays() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    pglet.steps().forget();

    pglet.engine().apply(APP.replace("5MB", "6MB"));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    assertThat(pglet.steps().names()).doesNotContain("RestartServer");
    assertThat(value("work_mem")).isEqualTo("6MB");

    pglet.engine().apply(APP.replace("work_mem: 5MB", "max_connections: 42"));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isNotEqualTo(pid);
    assertThat(pglet.steps().names()).containsOnlyOnce("RestartServer");
    assertThat(value("max_connections")).isEqualTo("42");
    assertThat(value("work_mem")).isEqualTo("4MB");
  }

  @Test
  void anUnknownSettingChangesNothingAndIsNamedWithItsPlace() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    pglet.write("app.yaml", Files.readString(file).replace("work_mem: 5MB", "wrk_mem: 9MB"));
    Convergence convergence = settleUntilStalled();
    assertThat(convergence.standings().values().iterator().next().message())
        .contains("app.yaml:9:")
        .contains("wrk_mem");
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid);
    assertThat(value("work_mem")).isEqualTo("5MB");

    // Down meanwhile, it comes back as it was.
    kill(pid, "-KILL");
    pglet.restart();
    settleUntilStalled();
    assertThat(eventually(() -> value("work_mem"), Duration.ofSeconds(20))).isEqualTo("5MB");
    assertThat(pid(pglet.instance("app"))).isPositive().isNotEqualTo(pid);
  }

  @Test
  void aRefusedConfigurationIsCheckedAgainOnlyByOtherBinaries() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    pglet.write(
        "app.yaml",
        Files.readString(file).replace("work_mem: 5MB", "wrk_mem: 9MB\n    more_mem: 1MB"));
    String first = settleUntilStalled().toString();
    assertThat(first).contains("app.yaml:9:5: spec.parameters.wrk_mem", "app.yaml:10:5: spec");

    pglet.steps().forget();
    pglet.restart();
    assertThat(settleUntilStalled().toString()).isEqualTo(first);
    assertThat(pglet.steps().names()).isEmpty();

    Path refused =
        Path.of(pglet.instance("app").at("/status/dataDirectory").asText())
            .resolveSibling("config/refused");
    Files.writeString(refused, Files.readString(refused).replaceFirst("/", "/1"));
    pglet.restart();
    settleUntilStalled();
    assertThat(pglet.steps().names()).containsExactly("ApplyConfiguration");
  }

  @Test
  void aConfigurationThatNoServerStartsWithIsTakenBack() throws Exception {
    Path file = pglet.write("app.yaml", APP);
    pglet.converge();
    pglet.write("app.yaml", Files.readString(file).replace("work_mem: 5MB", "shared_buffers: 7TB"));
    Convergence convergence = settleUntilStalled();
    assertThat(convergence.standings().values().iterator().next().message())
        .contains("shared memory");
    assertThat(value("work_mem")).isEqualTo("5MB");
  }

  @Test
  void whatAlterSystemSetsOverTheManifestIsReset() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      run(
          connection,
          "ALTER SYSTEM SET work_mem = '77MB'",
          // This one the command line decides, which pg_settings does not say of the file.
          "ALTER SYSTEM SET unix_socket_directories = '/nowhere'",
          "SELECT pg_reload_conf()");
    }
    long pid = pid(pglet.instance("app"));
    pglet.restart();
    pglet.converge();
    assertThat(value("work_mem")).isEqualTo("5MB");
    assertThat(pid(pglet.instance("app"))).as("nothing needed a restart").isEqualTo(pid);
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      assertThat(
              ask(
                  connection,
                  "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'"))
          .isEqualTo("0");
    }
  }

  @Test
  void aKilledServerIsBackWithinFiveSecondsWithEveryCommittedRow() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    try (Connection connection = connect(pglet.instance("app"))) {
      run(connection, "CREATE TABLE t (i int)", "INSERT INTO t SELECT generate_series(1, 1000)");
    }
    long killed = System.nanoTime();
    kill(pid, "-KILL");
    String rows = eventually(() -> askApp("SELECT count(*) FROM t"), Duration.ofSeconds(20));
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(5));
    assertThat(rows).isEqualTo("1000");
    assertThat(postmasters()).hasSize(1);
  }

  @Test
  void serversOutliveTheEngineAndAreAdopted() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode before = pglet.instance("app");
    pglet.stop();
    assertThat(ProcessHandle.of(pid(before))).isPresent();
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(pid(before));
    assertThat(pglet.steps().names()).isEmpty();
  }

  @Test
  void losingTheStateDirectoryRestartsNothing() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.write("pr-1.yaml", BRANCH);
    pglet.converge();
    List<JsonNode> before = List.of(pglet.instance("app"), pglet.branch("pr-1"));
    pglet.stop();
    FileTree.delete(pglet.settings().state());
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    List<JsonNode> after = List.of(pglet.instance("app"), pglet.branch("pr-1"));
    for (int i = 0; i < before.size(); i++) {
      for (String field :
          List.of("/metadata/uid", "/status/pid", "/status/port", "/status/dataDirectory")) {
        assertThat(after.get(i).at(field)).as(field).isEqualTo(before.get(i).at(field));
      }
      assertThat(pid(after.get(i))).isPositive();
    }
    assertThat(after.get(1).at("/status/source")).isEqualTo(before.get(1).at("/status/source"));
    assertThat(pglet.steps().names()).isEmpty();
  }

  @Test
  void anotherManifestRootTouchesNothingOfTheFirst() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode before = pglet.instance("app");
    pglet.stop();
    Path other = Files.createDirectory(pglet.base().resolve("other"));
    pglet.manifests(other);
    pglet.write("b.yaml", APP.replace("name: app", "name: b"));
    pglet.restart();
    pglet.converge();
    assertThat(ProcessHandle.of(pid(before))).isPresent();
    assertThat(pglet.instance("b").at("/status/port")).isNotEqualTo(before.at("/status/port"));

    pglet.write("app.yaml", APP);
    Convergence convergence = settleUntilStalled();
    assertThat(convergence.toString()).contains("OwnedByAnotherRoot");
    assertThat(ProcessHandle.of(pid(before))).isPresent();
  }

  @Test
  void aDeletedInstanceIsRetainedAndResumedWithItsData() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode before = pglet.instance("app");
    try (Connection connection = connect(before)) {
      run(connection, "CREATE TABLE kept (i int)");
    }
    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    eventually(
        () -> {
          assertThat(ProcessHandle.of(pid(before))).isEmpty();
          return "";
        },
        Duration.ofSeconds(30));
    assertThat(pglet.manifests().resolve("app.yaml")).doesNotExist();
    assertThat(Path.of(before.at("/status/dataDirectory").asText())).isDirectory();
    pglet.engine().converge(Pglet.SOON);

    pglet.engine().apply(APP);
    pglet.converge();
    assertThat(pglet.instance("app").at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
    assertThat(pglet.instance("app").at("/status/port")).isEqualTo(before.at("/status/port"));
    assertThat(askApp("SELECT count(*) FROM kept")).isEqualTo("0");
  }

  @Test
  void deletionPolicyDeleteRemovesDataAndSecrets() throws Exception {
    pglet.write("app.yaml", APP + "  deletionPolicy: Delete\n");
    pglet.converge();
    JsonNode before = pglet.instance("app");
    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    pglet.engine().converge(Pglet.SOON);
    eventually(
        () -> {
          assertThat(Path.of(before.at("/status/dataDirectory").asText())).doesNotExist();
          return "";
        },
        Duration.ofSeconds(30));
    assertThat(Path.of(before.at("/status/connection/secretFile").asText())).doesNotExist();
  }

  @Test
  void aServerWhoseSocketWasRemovedIsReachedAgain() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    JsonNode app = pglet.instance("app");
    Files.delete(
        Path.of(app.at("/status/connection/socket").asText())
            .resolve(".s.PGSQL." + app.at("/status/port").asInt()));
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).containsOnlyOnce("RestartServer");
    assertThat(askApp("SELECT 1")).isEqualTo("1");
  }

  @Test
  void anOwnerThatLostItsPasswordGetsANewOne() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    try (Connection superuser = Pglet.superuser(pglet.instance("app"), "postgres")) {
      run(superuser, "ALTER ROLE app PASSWORD NULL");
    }
    pglet.restart();
    pglet.converge();
    assertThat(askApp("SELECT current_user")).isEqualTo("app");
  }

  @Test
  void aPortOfADeletedInstanceIsFreeAgain() throws Exception {
    String fixed =
        APP.replace(
            "  parameters:", "  deletionPolicy: Delete\n  network: {port: 16399}\n  parameters:");
    pglet.write("app.yaml", fixed);
    pglet.converge();
    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    pglet.engine().converge(Pglet.SOON);
    pglet.write("b.yaml", fixed.replace("name: app", "name: b"));
    pglet.converge();
    assertThat(pglet.instance("b").at("/status/port").asInt()).isEqualTo(16399);
  }

  @Test
  void stoppedMeansStopped() throws Exception {
    pglet.write("app.yaml", APP);
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    pglet.engine().apply(APP + "  desiredState: Stopped\n");
    pglet.settle();
    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(pglet.instance("app").at("/status/phase").asText()).isEqualTo("Stopped");
    pglet.engine().apply(APP);
    pglet.converge();
    assertThat(askApp("SELECT 1")).isEqualTo("1");
  }

  @Test
  void aPortOfAForeignProcessIsRefusedAndThatProcessNamed() throws Exception {
    try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      pglet.write(
          "app.yaml",
          APP.replace(
              "  parameters:",
              "  network: {port: %d}\n  parameters:".formatted(foreign.getLocalPort())));
      Convergence convergence = pglet.settle();
      assertThat(convergence.succeeded()).isFalse();
      assertThat(convergence.toString())
          .contains(Integer.toString(foreign.getLocalPort()))
          .contains("pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void anExtensionThatIsMissingKeepsNothingElseFromBeingDone() throws Exception {
    pglet.write("app.yaml", APP + "    - name: nosuchthing\n");
    Convergence convergence = settleUntilStalled();
    assertThat(convergence.toString()).contains("nosuchthing").contains("app.yaml:");
    assertThat(askApp("SELECT count(*) FROM pg_extension WHERE extname = 'pgcrypto'"))
        .isEqualTo("1");
  }

  private Convergence settleUntilStalled() throws Exception {
    Convergence convergence = pglet.settle();
    long deadline = System.nanoTime() + Pglet.SOON.toNanos();
    while (!convergence.toString().contains("STALLED") && System.nanoTime() < deadline) {
      convergence = pglet.settle();
    }
    assertThat(convergence.toString()).contains("STALLED");
    return convergence;
  }

  private String value(String setting) throws Exception {
    return askApp("SHOW " + setting);
  }

  private String askApp(String sql) throws Exception {
    try (Connection connection = connect(pglet.instance("app"))) {
      return ask(connection, sql);
    }
  }

  private List<ProcessHandle> postmasters() throws Exception {
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    return ProcessHandle.allProcesses()
        .filter(process -> cwd(process.pid()).equals(data.toString()))
        .filter(
            process ->
                process
                    .parent()
                    .map(parent -> !cwd(parent.pid()).equals(data.toString()))
                    .orElse(true))
        .toList();
  }

  private static String cwd(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static void kill(long pid, String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor()).isZero();
  }

  interface Question {
    String ask() throws Exception;
  }

  /** Asks again and again until it is answered; what went wrong last is the failure. */
  static String eventually(Question question, Duration within) throws Exception {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      try {
        return question.ask();
      } catch (AssertionError | SQLException | IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(BETWEEN_QUESTIONS);
      }
    }
  }
}
