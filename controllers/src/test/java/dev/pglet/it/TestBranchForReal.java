package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.host.binaries.Embedded;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.engine.Convergence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Branches by copy, of real servers. */
final class TestBranchForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        extensions: [{name: amcheck}]
        parameters:
          wal_level: logical
          archive_mode: "on"
          archive_command: "cp %p ARCHIVE/%f"
          work_mem: 5MB
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: pr-1
      spec:
        source:
          instance: app
      """;

  private static final int TRANSFERS_DURING_A_COPY = 10;

  private Pglet pglet;
  private Path archive;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
    archive = Files.createDirectory(pglet.base().resolve("archive"));
    Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rwxrwxrwx"));
    pglet.write("app.yaml", APP.replace("ARCHIVE", archive.toString()));
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void aBranchHasTheDataOfItsSourceAndBothGoTheirOwnWays() throws Exception {
    pglet.converge();
    try (Connection app = connect(pglet.instance("app"))) {
      run(app, "CREATE TABLE t AS SELECT generate_series(1, 10000) AS i");
    }
    pglet.write("pr-1.yaml", BRANCH);
    pglet.converge();
    JsonNode branch = pglet.branch("pr-1");
    assertThat(branch.at("/status/source/lsn").asText()).matches("[0-9A-F]+/[0-9A-F]+");
    try (Connection inBranch = connect(branch);
        Connection app = connect(pglet.instance("app"))) {
      assertThat(ask(inBranch, "SELECT count(*) FROM t")).isEqualTo("10000");
      run(inBranch, "DELETE FROM t WHERE i > 5");
      run(app, "INSERT INTO t VALUES (-1)");
      assertThat(ask(inBranch, "SELECT count(*) FROM t")).isEqualTo("5");
      assertThat(ask(app, "SELECT count(*) FROM t")).isEqualTo("10001");
      assertThat(ask(inBranch, "SHOW work_mem")).isEqualTo("5MB");
    }
  }

  /** Up to PostgreSQL 14 a backup is begun and ended by other functions. */
  @Test
  void aBranchOfTheOldestVersionIsMadeToo() throws Exception {
    assumeTrue(Embedded.has("13"), "the catalogue has none for this processor");
    pglet.write(
        "old.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: old}
        spec: {version: "13", runtime: {binaries: embedded}}
        """);
    pglet.converge();
    try (Connection old = connect(pglet.instance("old"))) {
      run(old, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i");
    }
    pglet.write("pr-1.yaml", BRANCH.replace("instance: app", "instance: old"));
    pglet.converge();
    try (Connection branch = connect(pglet.branch("pr-1"))) {
      assertThat(ask(branch, "SHOW server_version")).startsWith("13.");
      assertThat(ask(branch, "SELECT count(*) FROM t")).isEqualTo("1000");
    }
  }

  @Test
  void underABankTransferLoadEverySumIsRightAndTheIndexesAreSound() throws Exception {
    pglet.converge();
    JsonNode app = pglet.instance("app");
    try (Connection connection = connect(app)) {
      run(
          connection,
          "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)",
          "INSERT INTO account SELECT i, 1000 FROM generate_series(1, 1000) i");
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger transfers = new AtomicInteger();
    AtomicReference<Throwable> disturbed = new AtomicReference<>();
    Map<ResourceKey, Integer> during = new ConcurrentHashMap<>();
    // After the first file of each copy, and before the rest of it.
    pglet.steps().whileCopying(branch -> during.computeIfAbsent(branch, _ -> further(transfers)));
    Thread load =
        Thread.ofPlatform()
            .uncaughtExceptionHandler((_, problem) -> disturbed.set(problem))
            .start(() -> transfer(app, stop, transfers));
    try {
      for (int i = 1; i <= 3; i++) {
        pglet.write("b%d.yaml".formatted(i), BRANCH.replace("pr-1", "b" + i));
      }
      pglet.converge();
    } finally {
      stop.set(true);
      load.join();
    }
    assertThat(disturbed.get()).as("the load on the source").isNull();
    for (int i = 1; i <= 3; i++) {
      assertThat(during.getOrDefault(ResourceKey.of(Branch.KIND, "b" + i), 0))
          .as("transfers during the copy %d", i)
          .isGreaterThanOrEqualTo(TRANSFERS_DURING_A_COPY);
      try (Connection branch = connect(pglet.branch("b" + i))) {
        assertThat(ask(branch, "SELECT sum(balance) FROM account")).isEqualTo("1000000");
      }
      Pglet.requireSound(pglet.branch("b" + i), "public.account");
    }
  }

  /** Waits for some more of them; answers how many there were. */
  private static int further(AtomicInteger transfers) {
    int before = transfers.get();
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (transfers.get() < before + TRANSFERS_DURING_A_COPY && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    return transfers.get() - before;
  }

  private static void transfer(JsonNode app, AtomicBoolean stop, AtomicInteger transfers) {
    try (Connection connection = connect(app)) {
      connection.setAutoCommit(false);
      Random random = new Random(42);
      while (!stop.get()) {
        int amount = random.nextInt(100);
        run(
            connection,
            "UPDATE account SET balance = balance - %d WHERE id = %d"
                .formatted(amount, 1 + random.nextInt(1000)),
            "UPDATE account SET balance = balance + %d WHERE id = %d"
                .formatted(amount, 1 + random.nextInt(1000)));
        connection.commit();
        transfers.incrementAndGet();
      }
    } catch (SQLException | IOException e) {
      throw new AssertionError("the load on the source was disturbed", e);
    }
  }

  /** Replayed in the branch, it would lead into the source's files. */
  @Test
  void noTablespaceIsMadeInTheSourceWhileItIsCopied() throws Exception {
    pglet.converge();
    JsonNode app = pglet.instance("app");
    Path tablespace = Files.createDirectory(pglet.base().resolve("space"));
    Path data = Path.of(app.at("/status/dataDirectory").asText());
    Files.setAttribute(tablespace, "unix:uid", Files.getAttribute(data, "unix:uid"));
    AtomicReference<String> said = new AtomicReference<>("");
    pglet
        .steps()
        .whileCopying(
            _ -> {
              if (!said.get().isEmpty()) {
                return; // once is enough, of all the files
              }
              try (Connection superuser = Pglet.superuser(app, "app")) {
                run(
                    superuser,
                    "SET lock_timeout = '300ms'",
                    "CREATE TABLESPACE s LOCATION '" + tablespace + "'");
                said.set("made");
              } catch (SQLException e) {
                said.compareAndSet("", String.valueOf(e.getMessage()));
              }
            });
    pglet.write("pr-1.yaml", BRANCH);
    pglet.converge();
    assertThat(said.get()).contains("canceling statement due to lock timeout");
  }

  @Test
  void aBranchDoesNothingInTheNameOfItsSource() throws Exception {
    pglet.converge();
    JsonNode app = pglet.instance("app");
    try (Connection superuser = Pglet.superuser(app, "app")) {
      run(
          superuser,
          "CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p"
              + " WITH (connect = false)",
          "SELECT pg_create_physical_replication_slot('standby', true)",
          "CREATE ROLE other LOGIN PASSWORD 'known'",
          "ALTER SYSTEM SET synchronous_commit = 'local'");
    }
    pglet.write("pr-1.yaml", BRANCH);
    pglet.converge();
    try (Connection branch = Pglet.superuser(pglet.branch("pr-1"), "app")) {
      assertThat(ask(branch, "SELECT count(*) FROM pg_subscription")).isEqualTo("0");
      assertThat(ask(branch, "SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
      assertThat(ask(branch, "SHOW archive_mode")).isEqualTo("off");
      assertThat(ask(branch, "SHOW archive_command")).isIn("", "(disabled)");
      assertThat(ask(branch, "SHOW synchronous_commit")).isEqualTo("on");
      assertThat(
              ask(
                  branch,
                  "SELECT count(*) FROM pg_authid WHERE rolpassword IS NOT NULL"
                      + " AND rolname <> 'app'"))
          .isEqualTo("0");
    }
    // The source still has what is its own.
    try (Connection superuser = Pglet.superuser(app, "app")) {
      assertThat(ask(superuser, "SELECT count(*) FROM pg_subscription")).isEqualTo("1");
      assertThat(ask(superuser, "SELECT count(*) FROM pg_replication_slots")).isEqualTo("1");
    }
    assertThatThrownBy(
            () ->
                DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:%d/app"
                        .formatted(pglet.branch("pr-1").at("/status/port").asInt()),
                    "other",
                    "known"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void aStoppedSourceCanBeBranchedAndStaysStopped() throws Exception {
    pglet.converge();
    try (Connection app = connect(pglet.instance("app"))) {
      run(app, "CREATE TABLE t AS SELECT 7 AS i");
    }
    pglet
        .engine()
        .patch(
            ResourceKey.of("PostgreSQLInstance", "app"),
            MergePatch.putting(FieldPath.of("spec", "desiredState"), "Stopped"));
    pglet.settle();
    pglet.write("pr-1.yaml", BRANCH);
    pglet.settle();
    try (Connection branch = connect(pglet.branch("pr-1"))) {
      assertThat(ask(branch, "SELECT i FROM t")).isEqualTo("7");
    }
    assertThat(pglet.instance("app").at("/status/phase").asText()).isEqualTo("Stopped");
  }

  @Test
  void aBranchLivesOnWhenItsSourceIsStoppedOrGone() throws Exception {
    pglet.write("pr-1.yaml", BRANCH);
    pglet.converge();
    long pid = pid(pglet.branch("pr-1"));
    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    pglet.engine().converge(Pglet.SOON);
    pglet.restart();
    pglet.settle();
    assertThat(pid(pglet.branch("pr-1"))).isEqualTo(pid);
    try (Connection branch = connect(pglet.branch("pr-1"))) {
      assertThat(ask(branch, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aBranchOfABranchKeepsItsParentFromBeingDeleted() throws Exception {
    pglet.write("pr-1.yaml", BRANCH + "  parameters: {statement_timeout: 77s}\n");
    pglet.write(
        "pr-2.yaml", BRANCH.replace("pr-1", "pr-2").replace("instance: app", "branch: pr-1"));
    pglet.converge();
    try (Connection branch = connect(pglet.branch("pr-2"))) {
      assertThat(ask(branch, "SELECT current_user")).isEqualTo("app");
      assertThat(ask(branch, "SHOW work_mem")).isEqualTo("5MB");
      assertThat(ask(branch, "SHOW statement_timeout")).isEqualTo("77s");
      assertThat(ask(branch, "SHOW log_timezone")).isEqualTo("UTC");
    }
    Path data = Path.of(pglet.branch("pr-1").at("/status/dataDirectory").asText());
    pglet.engine().delete(ResourceKey.of("Branch", "pr-1"));
    Convergence convergence = pglet.engine().converge(Duration.ofSeconds(2));
    assertThat(convergence.toString()).contains("BranchesDependOnIt");
    assertThat(data).isDirectory();
    pglet.engine().delete(ResourceKey.of("Branch", "pr-2"));
    eventually(
        () -> {
          assertThat(data).doesNotExist();
          return "";
        },
        Duration.ofSeconds(60));
  }

  @Test
  void tablespacesAreRefusedWithTheWayOut() throws Exception {
    pglet.converge();
    Path tablespace = Files.createDirectory(pglet.base().resolve("space"));
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    Files.setAttribute(tablespace, "unix:uid", Files.getAttribute(data, "unix:uid"));
    try (Connection superuser = Pglet.superuser(pglet.instance("app"), "app")) {
      run(superuser, "CREATE TABLESPACE s LOCATION '" + tablespace + "'");
    }
    pglet.write("pr-1.yaml", BRANCH);
    Convergence convergence = pglet.settle();
    assertThat(convergence.toString()).contains("tablespaces").contains("pg_default");
  }

  @Test
  void walOutsideOfTheDataDirectoryIsRefusedWithTheWayOut() throws Exception {
    ResourceKey app = ResourceKey.of(PostgreSQLInstance.KIND, "app");
    pglet.converge();
    pglet.engine().patch(app, MergePatch.putting(FieldPath.of("spec", "desiredState"), "Stopped"));
    pglet.settle();
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    assertThat(Leftovers.postmasters(data)).isEmpty();
    // As initdb --waldir would have it.
    Path wal = Files.move(data.resolve("pg_wal"), data.resolveSibling("wal"));
    Files.createSymbolicLink(data.resolve("pg_wal"), wal);
    pglet.engine().patch(app, MergePatch.putting(FieldPath.of("spec", "desiredState"), "Running"));
    pglet.converge();

    pglet.write("pr-1.yaml", BRANCH);
    String said = pglet.settle().toString();

    assertThat(said).contains("pg_wal of postgresqlinstance/app is a symbolic link");
    assertThat(pglet.branch("pr-1").at("/status/phase").asText()).isNotEqualTo("Running");
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SELECT 1")).as("the source goes on").isEqualTo("1");
    }
  }

  @Test
  void aBranchWithoutASourceWaitsAndSaysForWhat() throws Exception {
    pglet.write("pr-1.yaml", BRANCH.replace("instance: app", "instance: nosuch"));
    Convergence convergence = pglet.engine().converge(Duration.ofSeconds(20));
    assertThat(convergence.toString()).contains("SourceMissing").contains("nosuch");
  }

  @Test
  void settingsThatWouldActForTheSourceAreRefused() throws Exception {
    pglet.write("pr-1.yaml", BRANCH + "  parameters: {archive_mode: \"on\"}\n");
    Convergence convergence = pglet.settle();
    assertThat(convergence.toString()).contains("archive_mode").contains("pr-1.yaml:8:");
  }
}
