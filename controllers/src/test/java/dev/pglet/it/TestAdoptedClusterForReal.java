package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.pid;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.Pglet.superuser;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.postgres.FoundCluster;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster that somebody else made becomes an instance, where it is and as it is. */
@Timeout(200)
final class TestAdoptedClusterForReal {
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");

  private Pglet pglet;
  private FoundClusters clusters;
  private Path outside;

  @BeforeEach
  void open() throws Exception {
    pglet = Pglet.inMemory();
    clusters = new FoundClusters(pglet.settings());
    outside = Files.createDirectory(pglet.base().resolve("outside"));
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void itsRowsAndItsConfigurationSurviveAllThatPgletDoesWithIt() throws Exception {
    Path data = clusters.make(outside.resolve("main"), "-U postgres");
    append(data.resolve("postgresql.conf"), "work_mem = 7MB\n");
    append(data.resolve("postgresql.auto.conf"), "port = '1'\nlisten_addresses = '*'\n");
    String system = FoundCluster.read(data).systemIdentifier();

    pglet.write("app.yaml", manifest(data, ""));
    pglet.converge();

    JsonNode app = pglet.instance("app");
    assertThat(app.at("/status/systemIdentifier").asText()).isEqualTo(system);
    assertThat(app.at("/status/dataDirectory").asText()).isEqualTo(data.toString());
    assertThat(pglet.steps().names()).contains("AdoptCluster").doesNotContain("InitCluster");
    Path kept =
        outside.resolve("main.before-pglet-" + app.at("/metadata/uid").asText().substring(0, 8));
    assertThat(condition("Adopted")).contains(data.toString()).contains(kept.toString());
    assertThat(kept.resolve("postgresql.conf")).content().contains("work_mem = 7MB");
    assertThat(kept.resolve("postgresql.auto.conf")).content().contains("listen_addresses = '*'");
    assertThat(Files.readSymbolicLink(outside.resolve(".pglet-of-main")))
        .isEqualTo(pglet.settings().volumes().resolve(app.at("/status/volume").asText()));
    assertThat(names(kept))
        .containsExactly("pg_hba.conf", "pg_ident.conf", "postgresql.auto.conf", "postgresql.conf");
    assertRows(app);
    try (Connection connection = superuser(app, "postgres")) {
      assertThat(ask(connection, "SHOW work_mem")).isEqualTo("4MB");
      assertThat(ask(connection, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    }
    try (Connection connection = connect(app)) {
      assertThat(ask(connection, "SELECT current_database()")).isEqualTo("app");
    }

    long before = pid(app);
    pglet.steps().forget();
    pglet.restart();
    pglet.converge();
    assertThat(pglet.steps().names()).isEmpty();

    pglet.engine().apply(manifest(data, "\n  parameters: {max_connections: 33}"));
    pglet.converge();
    assertThat(pid(pglet.instance("app"))).isNotEqualTo(before);
    assertRows(pglet.instance("app"));

    pglet.steps().forget();
    pglet
        .engine()
        .apply(
            manifest(data, "\n  parameters: {max_connections: 33}\n  deletionPolicy: Delete")
                .replace("bootstrap: {adopt: {}}", "bootstrap: {initdb: {walSegmentSize: 64MB}}"));
    pglet.converge();
    assertThat(condition("BootstrapIgnored")).contains("Set it back to adopt: {}");
    assertThat(pglet.steps().names()).doesNotContain("InitCluster", "AdoptCluster");
    assertRows(pglet.instance("app"));

    pglet.engine().delete(APP);
    pglet.settle();
    assertThat(pglet.instance("app").isMissingNode()).isTrue();
    assertThat(names(pglet.settings().volumes())).noneMatch(name -> name.startsWith("v-"));
    assertThat(names(outside)).containsExactly("main", kept.getFileName().toString());
    assertThat(data.resolve("postgresql.conf"))
        .isRegularFile()
        .hasSameTextualContentAs(kept.resolve("postgresql.conf"));
    assertThat(clusters.setting(data, "work_mem")).isEqualTo("7168");
    assertThat(clusters.setting(data, "port")).isEqualTo("1");
  }

  private static void assertRows(JsonNode app) throws Exception {
    try (Connection connection = superuser(app, "postgres")) {
      assertThat(ask(connection, "SELECT count(*) FROM public.t")).isEqualTo("1000");
    }
  }

  @Test
  void oneAfterACrashWithoutConfigurationAndWithASuperuserOfAnotherName() throws Exception {
    Path data = clusters.make(outside.resolve("main"), "-U admin --wal-segsize=64 -k");
    // To whom asks without care it says that all is well.
    clusters.aloneIn(
        "template1",
        data,
        "CREATE FUNCTION public.lie(text, bigint) RETURNS text LANGUAGE sql AS 'SELECT ''good1''::text'",
        "CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = bigint, FUNCTION = public.lie)");
    for (String file : List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf")) {
      Files.delete(data.resolve(file));
    }
    Path pidFile = Files.writeString(data.resolve("postmaster.pid"), Integer.MAX_VALUE + "\n");
    Files.setAttribute(pidFile, "unix:uid", clusters.account().uid());

    pglet.write("app.yaml", manifest(data, ""));
    pglet.converge();

    JsonNode app = pglet.instance("app");
    assertThat(condition("Adopted")).contains("there was no configuration in it");
    assertRows(app);
    try (Connection connection = superuser(app, "postgres")) {
      assertThat(ask(connection, "SELECT count(*) FROM pg_roles WHERE rolname = 'admin'"))
          .isEqualTo("1");
      assertThat(
              ask(
                  connection,
                  "SELECT rolpassword IS NULL FROM pg_authid WHERE oid <> 10 AND rolsuper"))
          .isEqualTo("t");
      assertThat(ask(connection, "SHOW wal_segment_size")).isEqualTo("64MB");
      assertThat(ask(connection, "SHOW min_wal_size")).isEqualTo("320MB");
    }
    assertThat(names(outside)).doesNotContain("main.before-pglet");

    // As somebody may do who gives the data up, and makes the resource anew.
    pglet.engine().apply(manifest(data, "\n  deletionPolicy: Delete"));
    pglet.converge();
    pglet.engine().delete(APP);
    pglet.settle();
    assertThat(data.resolve("PG_VERSION")).exists();
    assertThat(Files.isSymbolicLink(data.resolve("postgresql.conf"))).isFalse();
    assertThat(applied(manifest(data, "")))
        .contains("the role app of the cluster that was adopted has a password");
    try (Connection connection = superuser(pglet.instance("app"), "postgres")) {
      run(connection, "ALTER ROLE app PASSWORD NULL");
    }
    pglet.engine().apply(manifest(data, "\n  parameters: {work_mem: 9MB}"));
    pglet.converge();
    assertRows(pglet.instance("app"));
    connect(pglet.instance("app")).close();
  }

  @Test
  void aRoleOfItsNameThatIsNoSuperuserIsNotMadeOne() throws Exception {
    Path data = clusters.make(outside.resolve("main"), "-U admin");
    clusters.alone(data, "CREATE ROLE postgres LOGIN");

    assertThat(answer(data, ""))
        .contains("the role postgres of the cluster in " + data)
        .contains("ALTER ROLE postgres SUPERUSER LOGIN");
    assertThat(Leftovers.postmasters(data)).isEmpty();
  }

  @Test
  void whatIsRefusedStaysAsItIsToTheLastByte() throws Exception {
    Path data = outside.resolve("main");
    assertThat(refusal(data)).contains(data + " is not there");
    Files.createDirectory(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(data, "unix:uid", clusters.account().uid());
    assertThat(refusal(data)).contains(data + " holds no database cluster");
    clusters.make(data, "-U postgres");

    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(refusal(data)).contains("chmod 700 " + data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));

    assertThat(refusalOf(manifest(data, "").replace(SYSTEM_MAJOR + "\"", "14\"")))
        .contains("a cluster of PostgreSQL " + SYSTEM_MAJOR);

    if (clusters.account().switching()) {
      Files.setAttribute(data, "unix:uid", 0);
      assertThat(refusal(data))
          .contains("chown -hR %s: %s".formatted(clusters.account().name(), data));
      Files.setAttribute(data, "unix:uid", clusters.account().uid());
      Files.setAttribute(data.resolve("base/1/1259"), "unix:uid", 0);
      assertThat(refusal(data)).contains(data.resolve("base/1/1259") + " belongs to the account");
      Files.setAttribute(data.resolve("base/1/1259"), "unix:uid", clusters.account().uid());
    }

    Path signal = Files.createFile(data.resolve("standby.signal"));
    assertThat(refusal(data)).contains(signal + " is there").contains("pg_ctl promote");
    Files.delete(signal);

    Path wal = Files.move(data.resolve("pg_wal"), outside.resolve("wal"));
    Files.createSymbolicLink(data.resolve("pg_wal"), wal);
    assertThat(refusal(data)).contains(data.resolve("pg_wal") + " leads to " + wal);
    Files.delete(data.resolve("pg_wal"));
    Files.move(wal, data.resolve("pg_wal"));

    append(data.resolve("postgresql.conf"), "track_commit_timestamp = on\n");
    clusters.alone(data, "CREATE TABLE stamped AS SELECT 1 AS i");
    assertThat(refusal(data)).contains("Set spec.parameters.track_commit_timestamp: on");

    clusters.start(data);
    try {
      String running = answer(data, "");
      assertThat(running).contains("a server of " + data + " runs, pid ");
      assertThat(running).contains("pg_ctl stop -D " + data);
      assertThat(Leftovers.postmasters(data)).hasSize(1);
    } finally {
      clusters.stop(data);
    }
    assertThat(names(outside)).containsExactly("main");

    // Nothing is in the way any more.
    pglet.engine().apply(manifest(data, "\n  parameters: {track_commit_timestamp: on}"));
    pglet.converge();
    assertRows(pglet.instance("app"));
    try (Connection connection = superuser(pglet.instance("app"), "postgres")) {
      assertThat(
              ask(connection, "SELECT pg_xact_commit_timestamp(xmin) IS NULL FROM public.stamped"))
          .isEqualTo("f");
    }

    Path copy = clusters.copy(data, outside.resolve("copy"));
    assertThat(refused("other", copy)).contains(copy + " is the data of a pglet already");
    FileTree.delete(copy);
    assertThat(refused("other", data)).contains(data.toString());
    assertThat(refused("other", data.resolve("base")))
        .contains("a directory of postgresqlinstance/app");
  }

  private String refusal(Path data) throws Exception {
    return refusalOf(manifest(data, ""));
  }

  private String refusalOf(String manifest) throws Exception {
    Map<Path, String> before = FoundClusters.seen(outside);
    String answer = answer(manifest);
    assertThat(FoundClusters.seen(outside)).as(answer).isEqualTo(before);
    if (Files.exists(pglet.settings().volumes())) {
      assertThat(names(pglet.settings().volumes())).noneMatch(name -> name.startsWith("v-"));
    }
    return answer;
  }

  private String answer(Path data, String more) throws Exception {
    return answer(manifest(data, more));
  }

  /** Without the manifest afterwards: the next refusal is of what is found then. */
  private String answer(String manifest) throws Exception {
    String answer = applied(manifest);
    pglet.engine().delete(APP);
    pglet.settle();
    return answer;
  }

  private String refused(String name, Path data) throws Exception {
    return applied(manifest(data, "").replace("name: app", "name: " + name));
  }

  private String applied(String manifest) throws Exception {
    try {
      pglet.engine().apply(manifest);
    } catch (ReconcileException e) {
      return e.explain();
    }
    return pglet.engine().converge(Pglet.SOON).toString();
  }

  private String condition(String type) throws Exception {
    for (JsonNode condition : pglet.instance("app").at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("message").asText();
      }
    }
    return "";
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::getFileName).map(Path::toString).sorted().toList();
    }
  }

  private static String manifest(Path data, String more) {
    return """
    apiVersion: pglet.dev/v1alpha1
    kind: PostgreSQLInstance
    metadata:
      name: app
    spec:
      version: "%s"
      bootstrap: {adopt: {}}
      storage: {dataDirectory: %s}%s
    """
        .formatted(SYSTEM_MAJOR, data, more);
  }
}
