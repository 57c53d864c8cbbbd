package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.testing.LoopFileSystem;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Branches that share blocks with their source, of real servers on real file systems. */
final class TestBranchOnFileSystemsForReal {
  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "MAJOR"
        storage: {pool: POOL}
        deletionPolicy: Delete
        extensions: [{name: amcheck}]
        parameters: {shared_buffers: 32MB, SETTINGS}
      """
          .replace("MAJOR", SYSTEM_MAJOR);

  private static final String BRANCH =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata:
        name: NAME
      spec:
        source:
          instance: app
      """;

  private static final int ACCOUNTS = 1000;

  private static LoopFileSystem btrfs;
  private static LoopFileSystem xfs;

  private Pglet pglet;

  @BeforeAll
  static void makeFileSystems() throws Exception {
    assumeTrue(
        LoopFileSystem.possible("btrfs") && LoopFileSystem.possible("xfs"),
        "no btrfs and XFS can be mounted here");
    btrfs = LoopFileSystem.make("btrfs", "4G");
    xfs = LoopFileSystem.make("xfs", "4G");
  }

  @AfterAll
  static void removeFileSystems() throws Exception {
    if (btrfs != null) {
      btrfs.close();
    }
    if (xfs != null) {
      xfs.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private static Path pool(String driver) throws Exception {
    Path top = driver.equals("btrfs") ? btrfs.top() : xfs.top();
    return Files.createTempDirectory(top, "pool").resolve("volumes");
  }

  private JsonNode app(Path pool, String settings) throws Exception {
    Files.setPosixFilePermissions(pool.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    pglet.write(
        "app.yaml",
        APP.replace("POOL", pool.toString())
            .replace("SETTINGS", "log_connections: off" + settings));
    pglet.converge();
    return pglet.instance("app");
  }

  private void branch(String name, String source) throws Exception {
    pglet.write(name + ".yaml", BRANCH.replace("NAME", name).replace("instance: app", source));
  }

  private static String condition(JsonNode resource, String type) {
    for (JsonNode condition : resource.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    return "";
  }

  @ParameterizedTest
  @CsvSource({"btrfs", "reflink"})
  void aBranchSharesTheBlocksOfItsSourceAndBothGoTheirOwnWays(String driver) throws Exception {
    Path pool = pool(driver);
    JsonNode app = app(pool, "");
    assertThat(app.at("/status/storage/driver").asText()).isEqualTo(driver);
    try (Connection connection = connect(app)) {
      run(
          connection,
          "CREATE TABLE t AS SELECT i, repeat('x', 1000) AS filler FROM generate_series(1, 100000) i");
    }
    try (Connection superuser = Pglet.superuser(app, "app")) {
      run(superuser, "CHECKPOINT");
    }
    sync(pool);
    long before = pool.toFile().getUsableSpace();
    branch("b1", "instance: app");
    pglet.converge();
    branch("b2", "branch: b1");
    pglet.converge();
    sync(pool);
    // The table alone has 110 MB.
    assertThat(before - pool.toFile().getUsableSpace()).isLessThan(200L << 20);

    for (String name : List.of("b1", "b2")) {
      JsonNode branch = pglet.branch(name);
      assertThat(branch.at("/status/storage/driver").asText()).isEqualTo(driver);
      assertThat(condition(branch, "CopyOnWrite")).isEqualTo("True BlocksShared");
      try (Connection connection = connect(branch)) {
        assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo("100000");
        run(connection, "DELETE FROM t WHERE i > 5");
      }
    }
    try (Connection connection = connect(pglet.instance("app"))) {
      assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo("100000");
    }

    // What is left of the source when it goes is what the branches have of it.
    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    pglet.converge();
    try (Connection connection = connect(pglet.branch("b2"))) {
      assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo("5");
    }
    for (String name : List.of("b2", "b1")) {
      pglet.engine().delete(ResourceKey.of("Branch", name));
      pglet.converge();
    }
    try (Stream<Path> left = Files.list(pool)) {
      assertThat(left.map(path -> path.getFileName().toString())).containsExactly("meta");
    }
    assertThat(pool.resolve("meta")).isEmptyDirectory();
  }

  private static void sync(Path pool) throws Exception {
    assertThat(new ProcessBuilder("sync", "-f", pool.toString()).start().waitFor()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"btrfs", "reflink"})
  void aStoppedSourceIsBranchedAndStaysStopped(String driver) throws Exception {
    JsonNode app = app(pool(driver), "");
    try (Connection connection = connect(app)) {
      run(connection, "CREATE TABLE t AS SELECT 7 AS i");
    }
    pglet
        .engine()
        .patch(
            ResourceKey.of("PostgreSQLInstance", "app"),
            MergePatch.putting(FieldPath.of("spec", "desiredState"), "Stopped"));
    pglet.settle();
    branch("b1", "instance: app");
    pglet.settle();
    assertThat(condition(pglet.branch("b1"), "CopyOnWrite")).isEqualTo("True BlocksShared");
    try (Connection connection = connect(pglet.branch("b1"))) {
      assertThat(ask(connection, "SELECT i FROM t")).isEqualTo("7");
    }
    assertThat(pglet.instance("app").at("/status/phase").asText()).isEqualTo("Stopped");
  }

  /** Its directory may be somebody else's by now. */
  @Test
  void aTablespaceThatIsGoneIsNotMadeAgainInABranch() throws Exception {
    JsonNode app = app(pool("btrfs"), "");
    Path tablespace = Files.createDirectory(pglet.base().resolve("space"));
    Path data = Path.of(app.at("/status/dataDirectory").asText());
    Files.setAttribute(tablespace, "unix:uid", Files.getAttribute(data, "unix:uid"));
    try (Connection superuser = Pglet.superuser(app, "app")) {
      run(superuser, "CREATE TABLESPACE s LOCATION '" + tablespace + "'", "DROP TABLESPACE s");
    }
    Files.delete(tablespace);
    branch("b1", "instance: app");
    pglet.converge();
    try (Connection connection = connect(pglet.branch("b1"))) {
      assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
    }
    assertThat(tablespace).doesNotExist();
  }

  /**
   * Money is moved and each transfer is numbered: no sum may be wrong, no index unsound, and no
   * transfer missing whose end a client has seen before the branch was asked for.
   */
  @ParameterizedTest
  @CsvSource({
    "btrfs, ''",
    "btrfs, ', full_page_writes: off'",
    "btrfs, ', fsync: off'",
    "btrfs, ', synchronous_commit: off'",
    "reflink, ''"
  })
  void underALoadNoCommitIsLostAndEverySumIsRight(String driver, String settings) throws Exception {
    JsonNode app = app(pool(driver), settings);
    try (Connection connection = connect(app)) {
      run(
          connection,
          "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL, filler text)",
          "INSERT INTO account SELECT i, 1000, repeat('x', 500) FROM generate_series(1, %d) i"
              .formatted(ACCOUNTS),
          "CREATE TABLE transfer (number bigint PRIMARY KEY)");
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong committed = new AtomicLong();
    AtomicReference<Throwable> disturbed = new AtomicReference<>();
    Thread load =
        Thread.ofPlatform()
            .uncaughtExceptionHandler((_, problem) -> disturbed.set(problem))
            .start(() -> transfer(app, stop, committed));
    List<Long> least = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        await(committed, committed.get() + 20, load);
        least.add(committed.get());
        branch("b" + i, "instance: app");
        pglet.converge();
      }
    } finally {
      stop.set(true);
      load.join();
    }
    assertThat(disturbed.get()).as("the load on the source").isNull();
    boolean recoversByItself = driver.equals("btrfs") && !settings.matches(".*(fsync|writes): off");
    for (int i = 0; i < 4; i++) {
      JsonNode branch = pglet.branch("b" + i);
      assertThat(Path.of(branch.at("/status/dataDirectory").asText(), "backup_label.old"))
          .as("what recovery from a backup leaves")
          .matches(label -> Files.exists(label) != recoversByItself);
      try (Connection connection = connect(branch)) {
        assertThat(ask(connection, "SELECT sum(balance) FROM account"))
            .isEqualTo(Integer.toString(1000 * ACCOUNTS));
        String transfers = ask(connection, "SELECT count(*) FROM transfer");
        assertThat(Long.parseLong(transfers)).isBetween(least.get(i), committed.get());
        assertThat(ask(connection, "SELECT max(number) FROM transfer")).isEqualTo(transfers);
      }
      Pglet.requireSound(branch, "public.account");
    }
  }

  /** Whoever makes it grow may have failed, which is told in the end. */
  private static void await(AtomicLong counter, long value, Thread load) {
    while (counter.get() < value && load.isAlive()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void transfer(JsonNode app, AtomicBoolean stop, AtomicLong committed) {
    try (Connection connection = connect(app)) {
      connection.setAutoCommit(false);
      Random random = new Random(42);
      for (long number = 1; !stop.get(); number++) {
        int amount = random.nextInt(100);
        run(
            connection,
            "UPDATE account SET balance = balance - %d WHERE id = %d"
                .formatted(amount, 1 + random.nextInt(ACCOUNTS)),
            "UPDATE account SET balance = balance + %d WHERE id = %d"
                .formatted(amount, 1 + random.nextInt(ACCOUNTS)),
            "INSERT INTO transfer VALUES (%d)".formatted(number));
        connection.commit();
        committed.set(number);
      }
    } catch (Exception e) {
      throw new AssertionError("the load on the source was disturbed", e);
    }
  }
}
