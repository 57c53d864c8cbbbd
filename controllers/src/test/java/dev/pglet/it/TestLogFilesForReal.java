package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.superuser;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.it.VerbProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code spec.logs} and {@code walSegmentSize} on a real server. */
@Timeout(300)
final class TestLogFilesForReal {
  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = Pglet.inMemory();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void theServerWritesJsonAndOldFilesAreRemovedButNeverTheNewestOrSomebodyElses() throws Exception {
    pglet.write("app.yaml", manifest("logs: {retention: 1d, rotation: {age: 6h, size: 512kB}}"));
    pglet.converge();
    JsonNode app = pglet.instance("app");
    Path logs = Path.of(app.at("/status/logDirectory").asText());
    provoke(app, "first");
    assertThat(files(logs)).anySatisfy(file -> assertThat(file).endsWith(".json"));
    eventuallyContains(logs, ".json", "relation \\\"first\\\" does not exist");
    eventuallyContains(logs, ".json", "database system is ready to accept connections");
    try (Connection connection = superuser(app, "postgres")) {
      assertThat(ask(connection, "SHOW log_rotation_age")).isEqualTo("6h");
      assertThat(ask(connection, "SHOW log_rotation_size")).isEqualTo("512kB");
    }

    Instant old = Instant.now().minus(Duration.ofHours(25));
    Path gone = aged(logs.resolve("postgresql-2026-01-01_000000.json"), old);
    Path foreign = aged(logs.resolve("notes.json"), old);
    Files.setLastModifiedTime(newest(logs, ".json"), FileTime.from(old));
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();

    assertThat(gone).doesNotExist();
    assertThat(foreign).exists();
    assertThat(newest(logs, ".json")).exists();
    assertThat(pglet.steps().names()).containsExactly("RemoveOldLogs");
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).isEmpty();
  }

  @Test
  void theyAreSwitchedOnByARestartAndTheirFormatByAReload() throws Exception {
    pglet.write("app.yaml", manifest("logs: null"));
    pglet.converge();
    long before = pid(pglet.instance("app"));
    pglet.engine().apply(manifest("logs: {format: csv}"));
    pglet.converge();
    JsonNode app = pglet.instance("app");
    long after = pid(app);
    assertThat(after).isNotEqualTo(before);
    provoke(app, "in_csv");
    Path logs = Path.of(app.at("/status/logDirectory").asText());
    eventuallyContains(logs, ".csv", "\"\"in_csv\"\" does not exist");
    pglet.engine().apply(manifest("logs: {format: text}"));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(after);
    provoke(app, "in_text");
    eventuallyContains(logs, ".log", "\"in_text\" does not exist");
    pglet.stop();

    Ended shown = new VerbProcess(pglet).run("logs", "app", "--level", "error");

    assertThat(shown.out())
        .contains("postgres@postgres ERROR:  relation \"in_csv\" does not exist")
        .contains("ERROR:  relation \"in_text\" does not exist");
  }

  @Test
  void whyAServerWithLogFilesDoesNotStartIsStillSaid() throws Exception {
    pglet.write("app.yaml", manifest("logs: {}"));
    pglet.converge();
    pglet.engine().apply(manifest("logs: {}\n  parameters: {shared_buffers: 7TB}"));
    String answer = pglet.engine().converge(Pglet.SOON).toString();

    assertThat(answer)
        .contains("spec.parameters.shared_buffers")
        .contains("could not map anonymous shared memory");
    assertThat(pglet.instance("app").at("/status/phase").asText()).isEqualTo("Running");
  }

  @Test
  void segmentsOfWalAreAsLargeAsAskedForAndStaySo() throws Exception {
    String large = "bootstrap: {initdb: {walSegmentSize: 64MB}}";
    pglet.write("app.yaml", manifest(large));
    pglet.converge();
    try (Connection connection = superuser(pglet.instance("app"), "postgres")) {
      assertThat(ask(connection, "SHOW wal_segment_size")).isEqualTo("64MB");
    }
    long before = pid(pglet.instance("app"));
    pglet.engine().apply(manifest("bootstrap: {initdb: {walSegmentSize: 16MB}}"));
    assertThat(pglet.engine().converge(Pglet.SOON).toString())
        .contains(
            "spec.bootstrap.initdb.walSegmentSize was 64MB when the data was made and cannot become 16MB");
    assertThat(pid(pglet.instance("app"))).isEqualTo(before);
    pglet.engine().apply(manifest(large));
    pglet.restart();
    pglet.converge();
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).isEmpty();
  }

  private static Path aged(Path file, Instant time) throws IOException {
    Files.writeString(file, "{}\n");
    return Files.setLastModifiedTime(file, FileTime.from(time));
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::getFileName).map(Path::toString).sorted().toList();
    }
  }

  private static Path newest(Path directory, String end) throws IOException {
    return directory.resolve(
        files(directory).stream()
            .filter(name -> name.startsWith("postgresql-") && name.endsWith(end))
            .reduce((a, b) -> b)
            .orElseThrow());
  }

  /** The collector is a process of its own, and writes a little later. */
  private static void eventuallyContains(Path directory, String end, String text) throws Exception {
    TestInstanceForReal.eventually(
        () -> {
          assertThat(Files.readString(newest(directory, end))).contains(text);
          return "";
        },
        Duration.ofSeconds(10));
  }

  private static void provoke(JsonNode app, String table) {
    try (Connection superuser = superuser(app, "postgres")) {
      Pglet.run(superuser, "SELECT * FROM " + table);
    } catch (SQLException e) {
      assertThat(e.getMessage()).contains(table);
    }
  }

  private static String manifest(String field) {
    return """
    apiVersion: pglet.dev/v1alpha1
    kind: PostgreSQLInstance
    metadata:
      name: app
    spec:
      version: "%s"
      %s
    """
        .formatted(SYSTEM_MAJOR, field);
  }
}
