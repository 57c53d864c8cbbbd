package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.superuser;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.file.FileTree;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Directories outside the volume, on a real server. */
@Timeout(400)
final class TestPlacesForReal {
  private static final Duration SOON = Duration.ofSeconds(20);

  private Pglet pglet;
  private Path outside;

  @BeforeEach
  void open() throws IOException {
    pglet = Pglet.inMemory();
    outside = Files.createDirectory(pglet.base().resolve("outside"));
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void allIsWhereTheManifestSaysAndStaysThere() throws Exception {
    Path data = Files.createDirectories(outside.resolve("data/app"));
    Path wal = outside.resolve("wal/app");
    Path archive = outside.resolve("archive/app");
    pglet.write("app.yaml", manifest("app", all("app")));
    pglet.converge();
    JsonNode app = pglet.instance("app");
    assertThat(app.at("/status/dataDirectory").asText()).isEqualTo(data.toString());
    assertThat(app.at("/status/logDirectory").asText())
        .isEqualTo(outside.resolve("log/app").toString());
    assertThat(Files.readSymbolicLink(data.resolve("pg_wal"))).isEqualTo(wal);
    try (Connection connection = superuser(app, "postgres")) {
      assertThat(ask(connection, "SHOW data_directory")).isEqualTo(data.toString());
      ask(connection, "SELECT pg_create_restore_point('filled')");
      String segment = ask(connection, "SELECT pg_walfile_name(pg_switch_wal())");
      eventually(
          () -> {
            assertThat(archive.resolve(segment)).exists();
            return "";
          },
          SOON);
    }
    assertThat(names(outside.resolve("log/app"))).anySatisfy(n -> assertThat(n).endsWith(".json"));
    long before = pid(app);
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).isEmpty();

    pglet.engine().apply(manifest("app", all("app").replace("/log/app", "/log/new")));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(before);
    eventually(
        () -> {
          assertThat(names(outside.resolve("log/new"))).isNotEmpty();
          return "";
        },
        SOON);

    pglet.engine().apply(manifest("app", all("app")));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isEqualTo(before);

    assertThat(refusal("app", all("app").replace("/data/app", "/data/new")))
        .contains("spec.storage.dataDirectory")
        .contains("the data lies in " + data + " and is not moved to " + outside + "/data/new");
    assertThat(refusal("app", all("app").replace("/wal/app", "/wal/new")))
        .contains("the WAL lies in " + wal + " and is not moved to " + outside + "/wal/new");
    assertThat(pid(pglet.instance("app"))).isEqualTo(before);
  }

  @Test
  void whatAnInstanceHasMadeGoesWithItButNotItsArchiveAndNothingElse() throws Exception {
    String places = all("app") + "\n  deletionPolicy: Delete";
    pglet.write("app.yaml", manifest("app", places));
    pglet.converge();
    Files.writeString(outside.resolve("log/app/notes.txt"), "mine");
    Files.createDirectory(outside.resolve("data/app.init-mine"));
    Files.writeString(outside.resolve("archive/app/000000010000000000000001"), "old");

    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    pglet.settle();

    assertThat(names(outside.resolve("data"))).containsExactly("app.init-mine");
    assertThat(names(outside.resolve("wal"))).isEmpty();
    assertThat(names(outside.resolve("log/app"))).containsExactly("notes.txt");
    assertThat(names(outside.resolve("archive/app"))).isNotEmpty();
  }

  @Test
  void otherDataInThePlaceOfAnInstancesIsNotRemoved() throws Exception {
    String places = "storage: {dataDirectory: %s/app}\n  deletionPolicy: Delete".formatted(outside);
    pglet.write("app.yaml", manifest("app", places + "\n  desiredState: Stopped"));
    pglet.write("other.yaml", manifest("other", "desiredState: Stopped"));
    pglet.converge();
    Path data = outside.resolve("app");
    Files.move(data, outside.resolve("moved"));
    Path others = Path.of(pglet.instance("other").at("/status/dataDirectory").asText());
    assertThat(new ProcessBuilder("cp", "-a", others.toString(), data.toString()).start().waitFor())
        .isZero();

    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    String answer = pglet.settle().toString();

    assertThat(answer).contains(data + " holds other data than the instance");
    assertThat(data.resolve("PG_VERSION")).exists();
    assertThat(outside.resolve("moved/PG_VERSION")).exists();
    // What is to be removed is gone, and a directory in its place says so.
    FileTree.delete(data);
    Files.createDirectory(data);
  }

  @Test
  void walThatCameToAChosenDirectoryMeanwhileIsNeitherUsedNorRemoved() throws Exception {
    Path wal = outside.resolve("wal");
    String places = "storage: {walDirectory: %s}\n  deletionPolicy: Delete".formatted(wal);
    String nowhere = places + "\n  database: {locale: xx_XX.UTF-8}";
    pglet.write("app.yaml", manifest("app", nowhere));
    assertThat(pglet.engine().converge(Pglet.SOON).toString()).contains("xx_XX.UTF-8");
    Path others = Files.createDirectories(wal).resolve("000000010000000000000007");
    Files.writeString(others, "mine");
    pglet.write(
        "app.yaml", manifest("app", places + "\n  database: {locale: C.UTF-8, encoding: UTF8}"));
    eventually(
        () -> {
          assertThat(pglet.settle().toString())
              .contains(wal + " was empty when it was chosen, and now holds");
          return "";
        },
        SOON);

    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    pglet.settle();

    assertThat(others).hasContent("mine");
    assertThat(names(outside)).containsExactly("wal");
  }

  @Test
  void dataThatIsNotThereIsNotTakenForRemoved() throws Exception {
    String places = all("app") + "\n  deletionPolicy: Delete\n  desiredState: Stopped";
    pglet.write("app.yaml", manifest("app", places));
    pglet.converge();
    Path data = outside.resolve("data/app");
    Path away = outside.resolve("unmounted");
    Files.move(data, away);

    pglet.engine().delete(ResourceKey.of("PostgreSQLInstance", "app"));
    assertThat(pglet.settle().toString()).contains(data + ", which holds the data of");
    assertThat(names(outside.resolve("wal/app"))).isNotEmpty();
    assertThat(names(pglet.settings().volumes())).anySatisfy(n -> assertThat(n).startsWith("v-"));

    Files.move(away, data);
    pglet.restart();
    pglet.settle();
    assertThat(data).doesNotExist();
    assertThat(names(outside.resolve("wal"))).isEmpty();
    assertThat(names(outside.resolve("data"))).isEmpty();
  }

  @Test
  void dataWhoseWalIsAwayIsNotMadeAnewThoughItsDeletionHadBegun() throws Exception {
    Path wal = outside.resolve("wal");
    pglet.write("app.yaml", manifest("app", "storage: {walDirectory: %s}".formatted(wal)));
    pglet.converge();
    Path data = Path.of(pglet.instance("app").at("/status/dataDirectory").asText());
    pglet
        .engine()
        .apply(manifest("app", "desiredState: Stopped\n  " + storage("walDirectory", wal)));
    pglet.converge();
    String volume = pglet.instance("app").at("/status/volume").asText();
    Path marker = pglet.settings().volumes().resolve("meta/" + volume + ".json");
    String text = Files.readString(marker);
    assertThat(text).contains("READY");
    Files.writeString(marker, text.replace("READY", "BUILDING"));
    Path away = outside.resolve("unmounted");
    Files.move(wal, away);

    pglet.restart();
    assertThat(pglet.settle().toString()).contains("its WAL is not in " + wal);
    assertThat(data.resolve("PG_VERSION")).exists();

    Files.move(away, wal);
    pglet.restart();
    pglet.converge();
    assertThat(data.resolve("PG_VERSION")).exists();
  }

  @Test
  void anArchiveThatIsGoneIsNotMadeAnew() throws Exception {
    Path archive = outside.resolve("archive");
    String places = "storage: {archiveDirectory: %s}".formatted(archive);
    pglet.write("app.yaml", manifest("app", places));
    pglet.converge();
    assertThat(archive).exists();
    pglet.engine().apply(manifest("app", places + "\n  desiredState: Stopped"));
    pglet.converge();
    FileTree.delete(archive);
    pglet.engine().apply(manifest("app", places));
    pglet.converge();
    assertThat(archive).doesNotExist();
    assertThat(pglet.instance("app").at("/status/phase").asText()).isEqualTo("Running");
  }

  @Test
  void whatIsSomebodysIsRefusedAndLeftAsItIs() throws Exception {
    Path full = Files.createDirectory(outside.resolve("full"));
    Files.writeString(full.resolve("file"), "mine");
    assertThat(refusal("r1", storage("dataDirectory", full)))
        .contains(full + " is not empty, and what is in it is not this instance's");
    assertThat(refusal("r2", storage("archiveDirectory", full))).contains(full + " is not empty");
    assertThat(refusal("r3", storage("logDirectory", full))).contains(full + " is not empty");
    Path cluster = Files.createDirectory(outside.resolve("cluster"));
    Files.writeString(cluster.resolve("PG_VERSION"), "14\n");
    assertThat(refusal("r4", storage("dataDirectory", cluster)))
        .contains(cluster + " holds a database cluster that this instance has not made");
    Path link = Files.createSymbolicLink(outside.resolve("link"), full);
    assertThat(refusal("r5", storage("walDirectory", link.resolve("wal"))))
        .contains("leads over a symbolic link: " + link + " is " + full)
        .contains("Write the path without it: " + full.resolve("wal"));
    assertThat(refusal("r6", storage("dataDirectory", full.resolve("file/data"))))
        .contains(full.resolve("file") + " is no directory");
    assertThat(refusal("r7", storage("dataDirectory", pglet.dataRoot().resolve("volumes/mine"))))
        .contains("pglet's data root");
    assertThat(refusal("r8", storage("logDirectory", pglet.base()))).contains("data root");
    Path strangers = Files.createDirectory(outside.resolve("strangers"));
    Files.setAttribute(strangers, "unix:uid", 12345);
    assertThat(refusal("r9", storage("dataDirectory", strangers)))
        .contains(strangers + " belongs to the account 12345");
    Path open = Files.createDirectory(outside.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(refusal("r10", storage("dataDirectory", open.resolve("data"))))
        .contains("can write in " + open);
    Path closed = Files.createDirectory(outside.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    assertThat(refusal("r11", storage("dataDirectory", closed.resolve("data"))))
        .contains("cannot enter " + closed);
    assertThat(names(full)).containsExactly("file");
    assertThat(names(cluster)).containsExactly("PG_VERSION");
    assertThat(names(open)).isEmpty();
    assertThat(names(closed)).isEmpty();
    assertThat(pglet.settings().volumes()).doesNotExist();
  }

  @Test
  void aDirectoryOfAnotherInstanceOrInOneIsRefused() throws Exception {
    Path data = outside.resolve("app");
    pglet.write("app.yaml", manifest("app", "storage: {dataDirectory: %s}".formatted(data)));
    pglet.converge();

    assertThat(refusal("r12", storage("dataDirectory", data)))
        .contains("a directory of postgresqlinstance/app");
    assertThat(refusal("r13", storage("logDirectory", data.resolve("log"))))
        .contains("a directory of postgresqlinstance/app");
    assertThat(refusal("r14", storage("archiveDirectory", outside)))
        .contains("a directory of postgresqlinstance/app");
    assertThat(pglet.instance("app").at("/status/phase").asText()).isEqualTo("Running");
  }

  private String refusal(String name, String field) throws Exception {
    try {
      pglet.engine().apply(manifest(name, field));
    } catch (ReconcileException e) {
      return e.explain();
    }
    return pglet.engine().converge(Pglet.SOON).toString();
  }

  private static String storage(String field, Path directory) {
    return "storage: {%s: %s}".formatted(field, directory);
  }

  private String all(String name) {
    return "storage: {dataDirectory: %1$s/data/%2$s, logDirectory: %1$s/log/%2$s, walDirectory: %1$s/wal/%2$s, archiveDirectory: %1$s/archive/%2$s}"
        .formatted(outside, name);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::getFileName).map(Path::toString).sorted().toList();
    }
  }

  private static String manifest(String name, String field) {
    return """
    apiVersion: pglet.dev/v1alpha1
    kind: PostgreSQLInstance
    metadata:
      name: %s
    spec:
      version: "%s"
      %s
    """
        .formatted(name, SYSTEM_MAJOR, field);
  }
}
