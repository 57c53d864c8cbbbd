package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.host.file.FileTree;
import dev.pglet.reconcile.engine.Convergence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** What happens to real servers that nobody has asked for, and what pglet makes of it. */
@Timeout(300)
final class TestSupervisionForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  /** More of them in {@code hack/soak adopt}. */
  private static final int SERVERS = Integer.getInteger("pglet.soak.servers", 5);

  private static final Duration SOON = Duration.ofSeconds(30);

  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = Pglet.inMemory();
    pglet.write("app.yaml", APP);
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  /** T1. */
  @Test
  void aServerKilledUnderLoadLosesNoAcknowledgedRowAndIsCounted() throws Exception {
    pglet.converge();
    JsonNode app = pglet.instance("app");
    try (Connection connection = connect(app)) {
      run(connection, "CREATE TABLE t (i bigint PRIMARY KEY)");
    }
    ConcurrentLinkedQueue<Long> acknowledged = new ConcurrentLinkedQueue<>();
    AtomicBoolean go = new AtomicBoolean(true);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long first = i * 1_000_000L;
      writers.add(Thread.ofVirtual().start(() -> write(app, first, acknowledged, go)));
    }
    eventually(() -> atLeast(acknowledged, 200), SOON);
    kill("-KILL", pid(app));
    int before = acknowledged.size();
    eventually(() -> atLeast(acknowledged, before + 200), SOON);
    go.set(false);
    for (Thread writer : writers) {
      writer.join();
    }
    Set<Long> there = new HashSet<>();
    try (Connection connection = connect(pglet.instance("app"));
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT i FROM t")) {
      while (rows.next()) {
        there.add(rows.getLong(1));
      }
    }
    assertThat(there).containsAll(acknowledged);
    assertThat(Leftovers.postmasters(data())).hasSize(1);
    JsonNode status = eventuallyCounted(1);
    assertThat(status.path("lastRestart").asText()).isNotEmpty();
    pglet.restart();
    pglet.converge();
    assertThat(status().path("restartCount").asInt()).as("after a new start").isEqualTo(1);
  }

  /** T2. */
  @Test
  void noSecondServerIsStartedWhileABackendOfTheFirstLivesAndTheConditionNamesIt()
      throws Exception {
    pglet.converge();
    JsonNode app = pglet.instance("app");
    Connection session = Pglet.superuser(app, "postgres");
    long backend = session.unwrap(PGConnection.class).getBackendPID();
    kill("-STOP", backend);
    try {
      kill("-KILL", pid(app));
      eventually(() -> condition("DataDirectoryLocked"), SOON);
      assertThat(condition("DataDirectoryLocked")).contains("pid " + backend + " (postgres)");
      pglet.steps().forget();
      eventually(() -> passes(pglet, 5), SOON);
      assertThat(Leftovers.postmasters(data())).isEmpty();
    } finally {
      kill("-KILL", backend);
      session.abort(Runnable::run);
    }
    assertThat(eventually(() -> askApp("SELECT 1"), SOON)).isEqualTo("1");
    eventually(() -> none("DataDirectoryLocked"), SOON);
  }

  /** T3. */
  @Test
  void aKilledBackendIsPostgresqlsOwnAffair() throws Exception {
    pglet.converge();
    long postmaster = pid(pglet.instance("app"));
    pglet.steps().forget();
    try (Connection session = connect(pglet.instance("app"))) {
      kill("-KILL", session.unwrap(PGConnection.class).getBackendPID());
    }
    eventually(() -> askApp("SELECT 1"), SOON);
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(postmaster);
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(status().path("restartCount").asInt()).isZero();
  }

  /** T5. */
  @Test
  void anotherDaemonAdoptsAllServersWithinFiveSecondsAndRestartsNone() throws Exception {
    for (int i = 1; i < SERVERS; i++) {
      pglet.write("app" + i + ".yaml", APP.replace("name: app", "name: app" + i));
    }
    pglet.converge();
    Set<Long> before = pids();
    assertThat(before).hasSize(SERVERS);
    pglet.stop();
    pglet.steps().forget();
    long begin = System.nanoTime();
    pglet.engine().converge(Pglet.SOON);
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(pids()).isEqualTo(before);
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(took).isLessThan(Duration.ofSeconds(5));
  }

  /** T6: after a reboot a pid file is stale, and its pid may be another instance's. */
  @Test
  void aPidThatAnotherInstanceHasNowKeepsNobodyDownAndHarmsNobody() throws Exception {
    pglet.write("other.yaml", APP.replace("name: app", "name: other"));
    pglet.converge();
    Path file = data().resolve("postmaster.pid");
    long other = pid(pglet.instance("other"));
    long app = pid(pglet.instance("app"));
    pglet.stop();
    kill("-KILL", app);
    eventually(() -> gone(app), SOON);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(0, Long.toString(other));
    Files.write(file, lines);

    pglet.restart();
    assertThat(eventually(() -> askApp("SELECT 1"), SOON)).isEqualTo("1");
    assertThat(pid(pglet.instance("other"))).isEqualTo(other);
    assertThat(ProcessHandle.of(other)).isPresent();
    pglet.engine().apply(APP + "  desiredState: Stopped\n");
    pglet.settle();
    assertThat(status().path("phase").asText()).isEqualTo("Stopped");
    assertThat(ProcessHandle.of(other)).as("never signalled").isPresent();
  }

  /**
   * T6: all servers but one are gone as after a reboot, and the pids in their files belong to the
   * one that was started first, and to foreign processes that look like servers as far as they can.
   */
  @Test
  void afterARebootTheRightServersAreStartedAndNoForeignProcessIsSignalled() throws Exception {
    List<String> gone = List.of("app", "second", "third");
    for (String name : List.of("second", "third", "early")) {
      pglet.write(name + ".yaml", named(name));
    }
    pglet.converge();
    JsonNode early = pglet.instance("early");
    List<JsonNode> before = new ArrayList<>();
    for (String name : gone) {
      before.add(pglet.instance(name));
    }
    pglet.stop();
    for (JsonNode one : before) {
      loseByReboot(one);
    }
    Path server = pglet.base().resolve("postgres");
    Files.copy(Path.of("/bin/sh").toRealPath(), server);
    Path itsDirectory = dataOf(before.get(1));
    Process inside = asAccountOf(itsDirectory, itsDirectory, "/bin/sh", "-c", "read line");
    Process called = asAccountOf(itsDirectory, pglet.base(), server.toString(), "-c", "read line");
    try {
      stalePid(before.get(0), pid(early));
      stalePid(before.get(1), inside.pid());
      stalePid(before.get(2), called.pid());

      pglet.restart();
      pglet.converge();

      for (JsonNode was : before) {
        String name = was.at("/metadata/name").asText();
        JsonNode now = pglet.instance(name);
        try (Connection connection = connect(now)) {
          assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
        }
        assertThat(pid(now)).isNotEqualTo(pid(was));
        assertThat(now.at("/status/port")).isEqualTo(was.at("/status/port"));
        assertThat(now.at("/status/postmaster/bootId"))
            .isEqualTo(early.at("/status/postmaster/bootId"));
        assertThat(Leftovers.postmasters(dataOf(now))).containsExactly(pid(now));
        pglet.engine().apply(named(name) + "  desiredState: Stopped\n");
      }
      pglet.converge();
      assertThat(pglet.instance("early").at("/status/postmaster"))
          .isEqualTo(early.at("/status/postmaster"));
      assertThat(Leftovers.postmasters(dataOf(early))).containsExactly(pid(early));
      assertThat(inside.isAlive()).as("works in the data directory").isTrue();
      assertThat(called.isAlive()).as("is called postgres").isTrue();
    } finally {
      inside.destroyForcibly();
      called.destroyForcibly();
    }
  }

  private static String named(String name) {
    return APP.replace("name: app", "name: " + name);
  }

  private static Path dataOf(JsonNode resource) {
    return Path.of(resource.at("/status/dataDirectory").asText());
  }

  /** The server is gone, and what lies in memory; the boot that its status shows is another one. */
  private void loseByReboot(JsonNode resource) throws Exception {
    kill("-KILL", pid(resource));
    eventually(() -> gone(pid(resource)), SOON);
    FileTree.delete(Path.of(resource.at("/status/connection/socket").asText()));
    Path manifest = pglet.manifests().resolve(resource.at("/metadata/name").asText() + ".yaml");
    String bootId = resource.at("/status/postmaster/bootId").asText();
    assertThat(manifest).content().contains(bootId);
    Files.writeString(manifest, Files.readString(manifest).replace(bootId, "another"));
  }

  private static void stalePid(JsonNode was, long pid) throws IOException {
    Path file = dataOf(was).resolve("postmaster.pid");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    assertThat(lines.getFirst()).isEqualTo(Long.toString(pid(was)));
    lines.set(0, Long.toString(pid));
    Files.write(file, lines);
  }

  /** Runs as the servers do: PostgreSQL takes no notice of a pid that it may not signal. */
  private static Process asAccountOf(Path file, Path directory, String... command)
      throws IOException {
    List<String> words = new ArrayList<>();
    if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      words.addAll(List.of("setpriv", "--clear-groups"));
      words.addAll(List.of("--reuid", Files.getAttribute(file, "unix:uid").toString()));
      words.addAll(List.of("--regid", Files.getAttribute(file, "unix:gid").toString(), "--"));
    }
    words.addAll(List.of(command));
    return new ProcessBuilder(words).directory(directory.toFile()).start();
  }

  /** T17. */
  @ParameterizedTest
  @ValueSource(strings = {"files", "control", "directory"})
  void lostDataIsNeverMadeAnewAndTheStatusSaysWhatIsPossible(String lost) throws Exception {
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    Path data = data();
    Path aside = pglet.base().resolve("aside");
    pglet.stop();
    kill("-KILL", pid);
    eventually(() -> gone(pid), SOON);
    run("cp", "-a", data.toString(), aside.toString());
    switch (lost) {
      case "files" -> run("find", data.resolve("base").toString(), "-type", "f", "-delete");
      case "control" -> {
        Path control = data.resolve("global/pg_control");
        Files.write(control, new byte[(int) Files.size(control)]);
      }
      default -> run("rm", "-rf", data.toString());
    }
    List<String> before = files(data);
    pglet.steps().forget();
    pglet.restart();
    Convergence convergence = pglet.engine().converge(Duration.ofSeconds(5));
    assertThat(convergence.succeeded()).isFalse();
    assertThat(status().path("phase").asText()).isEqualTo("Unrecoverable");
    assertThat(condition("Unrecoverable"))
        .contains(data.toString())
        .contains("never made anew", "pglet delete --data postgresqlinstance/app");
    assertThat(pglet.steps().names()).isEmpty();
    assertThat(files(data)).isEqualTo(before);

    // A whole copy in its place is all that it needs.
    run("rm", "-rf", data.toString());
    run("cp", "-a", aside.toString(), data.toString());
    pglet.restart();
    pglet.converge();
    assertThat(askApp("SELECT 1")).isEqualTo("1");
    none("Unrecoverable");
  }

  @Test
  void aServerThatLosesItsDataWhileItRunsIsLeftAloneAndIsNotReady() throws Exception {
    pglet.converge();
    long pid = pid(pglet.instance("app"));
    run("find", data().resolve("base").toString(), "-type", "f", "-delete");
    pglet.restart();
    pglet.engine().converge(Duration.ofSeconds(5));
    assertThat(status().path("phase").asText()).isEqualTo("Unrecoverable");
    assertThat(condition("Unrecoverable")).contains("left alone", "pg_dump");
    assertThat(ProcessHandle.of(pid)).isPresent();
  }

  @Test
  void aServerThatKeepsEndingIsStartedWithGrowingPausesAndTheConditionSaysSo() throws Exception {
    pglet.converge();
    long thirdDeath = 0;
    for (int i = 1; i <= 3; i++) {
      int count = i - 1;
      eventually(() -> counted(count), SOON);
      eventually(() -> askApp("SELECT 1"), SOON);
      thirdDeath = System.nanoTime();
      kill("-KILL", Leftovers.postmasters(data()).iterator().next());
    }
    eventually(() -> condition("CrashLoop"), SOON);
    assertThat(condition("CrashLoop")).contains("3 times in a row", "pglet restart");
    assertThat(Leftovers.postmasters(data())).isEmpty();
    eventually(() -> askApp("SELECT 1"), SOON);
    // Times are kept to the second.
    assertThat(Duration.ofNanos(System.nanoTime() - thirdDeath))
        .isGreaterThan(Duration.ofSeconds(3));
    assertThat(eventuallyCounted(3).path("restartCount").asInt()).isEqualTo(3);

    kill("-KILL", Leftovers.postmasters(data()).iterator().next());
    eventually(() -> assertThat(condition("CrashLoop")).contains("4 times").toString(), SOON);
    pglet
        .engine()
        .apply(APP.replace("name: app", "name: app\n  annotations: {pglet.dev/restart: x}"));
    long asked = System.nanoTime();
    eventually(() -> askApp("SELECT 1"), SOON);
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(6));
  }

  private static void write(
      JsonNode app, long first, ConcurrentLinkedQueue<Long> acknowledged, AtomicBoolean go) {
    long next = first;
    while (go.get()) {
      try (Connection connection = connect(app);
          var insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
        while (go.get()) {
          next++;
          insert.setLong(1, next);
          insert.execute();
          acknowledged.add(next);
        }
      } catch (SQLException | IOException e) {
        // Its fate is unknown: it is not counted on, and not tried again.
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String atLeast(ConcurrentLinkedQueue<Long> rows, int wanted) {
    assertThat(rows.size()).isGreaterThanOrEqualTo(wanted);
    return "";
  }

  /** So many have begun since what went before was forgotten. */
  static String passes(Pglet pglet, int wanted) {
    assertThat(pglet.steps().passes()).hasSizeGreaterThanOrEqualTo(wanted);
    return "";
  }

  private static String gone(long pid) {
    assertThat(ProcessHandle.of(pid)).isEmpty();
    return "";
  }

  private JsonNode eventuallyCounted(int restarts) throws Exception {
    eventually(() -> counted(restarts), SOON);
    return status();
  }

  private String counted(int restarts) throws IOException {
    assertThat(status().path("restartCount").asInt()).isEqualTo(restarts);
    return "";
  }

  private JsonNode status() throws IOException {
    try {
      return pglet.instance("app").path("status");
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private String condition(String type) throws IOException {
    for (JsonNode condition : status().path("conditions")) {
      if (condition.path("type").asText().equals(type)
          && condition.path("status").asText().equals("True")) {
        return condition.path("message").asText();
      }
    }
    throw new AssertionError("no " + type + " in " + status().path("conditions"));
  }

  private String none(String type) throws IOException {
    assertThat(status().path("conditions").toString()).doesNotContain(type);
    return "";
  }

  private Set<Long> pids() throws Exception {
    Set<Long> pids = new HashSet<>();
    pids.add(pid(pglet.instance("app")));
    for (int i = 1; i < SERVERS; i++) {
      pids.add(pid(pglet.instance("app" + i)));
    }
    return pids;
  }

  private Path data() throws IOException {
    return Path.of(status().path("dataDirectory").asText());
  }

  private static List<String> files(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private String askApp(String sql) throws Exception {
    try (Connection connection = connect(pglet.instance("app"))) {
      return ask(connection, sql);
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private static void kill(String signal, long pid) throws Exception {
    run("kill", signal, Long.toString(pid));
  }

  private static void run(Connection connection, String sql) throws SQLException {
    Pglet.run(connection, sql);
  }
}
