package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** T8: a server on a small file system of its own that runs out of space. */
@Timeout(300)
final class TestFullDiskForReal {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final Duration SOON = Duration.ofSeconds(30);

  private Pglet pglet;
  private Path pool;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
    pool = Files.createDirectory(pglet.base().resolve("pool"));
    Process mount =
        new ProcessBuilder(
                "mount", "-t", "tmpfs", "-o", "size=240m,mode=0711", "pglet", pool.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (mount.waitFor() != 0) {
      pglet.close();
      assumeTrue(false, "no file system can be mounted here: " + words);
    }
    pglet.write("app.yaml", manifest(""));
  }

  @AfterEach
  void close() throws Exception {
    pglet.stop();
    Files.deleteIfExists(pool.resolve("filler"));
    // The mount goes with what is in it, once its servers are gone.
    try {
      pglet.cleanup();
    } finally {
      new ProcessBuilder("umount", pool.toString()).start().waitFor();
      pglet.close();
    }
  }

  @Test
  void aFullDiskIsSaidWithinTenSecondsCausesNoRestartsAndCostsNoCommittedRow() throws Exception {
    pglet.converge();
    assertThat(pool.resolve("reserve")).hasSize((240L << 20) / 100);
    try (Connection connection = connect(pglet.instance("app"))) {
      run(connection, "CREATE TABLE t (i bigint, filler text)");
    }
    fill();
    long full = System.nanoTime();
    long acknowledged = insertUntilItFails();
    eventually(() -> phase("DiskFull"), SOON);
    assertThat(Duration.ofNanos(System.nanoTime() - full)).isLessThan(TEN_SECONDS);
    exhaustTheLog();
    eventually(() -> down(), SOON);
    pglet.steps().forget();
    eventually(() -> TestSupervisionForReal.passes(pglet, 3), SOON);
    assertThat(pglet.steps().names()).as("no restart loop").isEmpty();
    assertThat(status().path("conditions").toString())
        .contains("DiskPressure", "No space left on device", "pglet storage release");

    Files.delete(pool.resolve("filler"));
    eventually(() -> phase("Running"), SOON);
    assertThat(askApp("SELECT count(*) FROM t")).isEqualTo(Long.toString(acknowledged));
    assertThat(status().path("conditions").toString()).doesNotContain("DiskFull");
  }

  @Test
  void aDiskThatFillsIsWarnedOfAndSoIsOneWithLessThanTheSpecWantsFree() throws Exception {
    pglet.write("app.yaml", manifest(", minFree: 40%"));
    pglet.converge();
    assertThat(status().path("conditions").toString()).doesNotContain("DiskPressure");
    fillTo(80 << 20);
    eventually(() -> conditions("BelowMinFree"), TEN_SECONDS);
    fillTo(30 << 20);
    eventually(() -> conditions("less than 64 MiB is free"), TEN_SECONDS);
    assertThat(phase("Running")).isEmpty();
    assertThat(askApp("SELECT 1")).isEqualTo("1");
    Files.delete(pool.resolve("filler"));
    eventually(
        () -> {
          assertThat(status().path("conditions").toString()).doesNotContain("DiskPressure");
          return "";
        },
        TEN_SECONDS);
  }

  @Test
  void nothingIsMadeWhereLessIsFreeThanTheSpecWants() throws Exception {
    pglet.write("app.yaml", manifest(", minFree: 1Gi"));
    String convergence = pglet.engine().converge(Duration.ofSeconds(5)).toString();
    assertThat(convergence).contains("less is free in " + pool, "app.yaml:");
    assertThat(pool.resolve("reserve")).doesNotExist();
  }

  @Test
  void theReserveIsReleasedByAVerbAndMadeAgainByALaterStart() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      daemon.ready("postgresqlinstance/app");
      assertThat(pool.resolve("reserve")).exists();
      assertThat(daemon.verb("storage", "release", "app"))
          .contains("2 MiB are free now in " + pool);
      assertThat(pool.resolve("reserve")).doesNotExist();
      assertThat(daemon.verb(1, "storage", "release", "app")).contains("there is no reserve");
      assertThat(daemon.verb(2, "storage", "keep", "app")).contains("'keep' is unknown");
      daemon.verb("restart", "app");
      assertThat(pool.resolve("reserve")).exists();
    }
  }

  private String manifest(String storage) {
    return """
    apiVersion: pglet.dev/v1alpha1
    kind: PostgreSQLInstance
    metadata:
      name: app
    spec:
      version: "MAJOR"
      storage: {pool: POOL}
      parameters: {max_wal_size: 32MB, min_wal_size: 32MB, shared_buffers: 16MB}
    """
        .replace("MAJOR", SYSTEM_MAJOR)
        .replace("POOL", pool + storage);
  }

  /** Leaves nothing free. */
  private void fill() throws IOException {
    fillTo(0);
  }

  private void fillTo(long free) throws IOException {
    byte[] block = new byte[1 << 16];
    try (OutputStream out =
        Files.newOutputStream(
            pool.resolve("filler"),
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.APPEND)) {
      while (pool.toFile().getUsableSpace() > free) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  /** One row a transaction; those whose commit was acknowledged are counted. */
  private long insertUntilItFails() throws Exception {
    long rows = 0;
    try (Connection connection = connect(pglet.instance("app"));
        var insert =
            connection.prepareStatement("INSERT INTO t VALUES (?, repeat(md5(?::text), 200))")) {
      while (rows < 1_000_000) {
        insert.setLong(1, rows);
        insert.setLong(2, rows);
        insert.execute();
        rows++;
      }
    } catch (SQLException e) {
      return rows;
    }
    throw new AssertionError("the disk does not fill");
  }

  /** Without room for the next file of its log a server panics. */
  private void exhaustTheLog() throws Exception {
    try (Connection connection = Pglet.superuser(pglet.instance("app"), "postgres")) {
      for (int i = 0; i < 100; i++) {
        ask(connection, "SELECT pg_logical_emit_message(true, 'x', 'y')");
        ask(connection, "SELECT pg_switch_wal()");
      }
    } catch (SQLException e) {
      return;
    }
    throw new AssertionError("the log never ends");
  }

  private String down() throws IOException {
    assertThat(status().path("pid").isMissingNode()).isTrue();
    return "";
  }

  private String phase(String wanted) throws IOException {
    assertThat(status().path("phase").asText()).isEqualTo(wanted);
    return "";
  }

  private String conditions(String wanted) throws IOException {
    assertThat(status().path("conditions").toString()).contains(wanted);
    return "";
  }

  private JsonNode status() throws IOException {
    try {
      return pglet.instance("app").path("status");
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private String askApp(String sql) throws Exception {
    try (Connection connection = connect(pglet.instance("app"))) {
      return ask(connection, sql);
    }
  }
}
