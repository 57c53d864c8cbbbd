package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.run;
import static dev.pglet.it.TestInstanceForReal.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.RealPostgres;
import dev.pglet.it.VerbProcess.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code config get}, {@code diff} and {@code export} of servers whose settings others change. */
@Timeout(400)
@SuppressWarnings("NullAway.Init")
final class TestConfigVerbsForReal {
  private static final String SECRET = "hunter2-of-the-primary";
  private static final String MANIFESTS =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Template
      metadata: {name: small}
      spec: {parameters: {maintenance_work_mem: 20MB}}
      ---
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        template: small
        version: "MAJOR"
        performance: {sharedBuffers: 32MB, workMem: 5MB}
        update: {restart: Manual}
        database: {timezone: europe/berlin}
        parameters:
          primary_conninfo: host=nowhere password=SECRET
          DateStyle: iso, dmy
        logs: {format: text}
      ---
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata: {name: pr}
      spec:
        source: {instance: app}
        parameters: {work_mem: 6MB}
      """
          .replace("MAJOR", SYSTEM_MAJOR)
          .replace("SECRET", SECRET);

  private static Pglet pglet;
  private static VerbProcess verbs;

  @BeforeAll
  static void startServers() throws Exception {
    pglet = new Pglet();
    pglet.write("app.yaml", MANIFESTS);
    pglet.converge();
    pglet.write("app.yaml", MANIFESTS.replace("32MB", "48MB"));
    pglet.converge();
    JsonNode app = pglet.instance("app");
    pglet.stop();
    try (Connection connection = Pglet.superuser(app, "postgres")) {
      run(
          connection,
          "ALTER SYSTEM SET work_mem = '9MB'",
          "ALTER SYSTEM SET deadlock_timeout = '7s'",
          "SELECT pg_reload_conf()");
      eventually(
          () -> {
            assertThat(ask(connection, "SHOW deadlock_timeout")).isEqualTo("7s");
            return "";
          },
          Pglet.SOON);
    }
    verbs = new VerbProcess(pglet);
  }

  @AfterAll
  static void removeAll() throws Exception {
    pglet.close();
  }

  private static String place(int line) {
    return pglet.manifests().resolve("app.yaml") + ":" + line + ":";
  }

  @Test
  void getSaysWhatIsWantedWhatIsInForceAndWhoSaysSo() throws Exception {
    Ended ended = verbs.run("config", "get", "app");
    assertThat(ended.code()).as(ended.toString()).isZero();
    assertThat(ended.out())
        .containsPattern("SETTING +WANTED +IN FORCE +UNIT +SOURCE +PENDING +FROM")
        .containsPattern(
            "shared_buffers +48MB +32MB +8kB +configuration file +restart"
                + " +spec.performance.sharedBuffers, "
                + place(12))
        .containsPattern("work_mem +5MB +9MB +kB +configuration file +spec.performance.workMem, ")
        .containsPattern(
            "maintenance_work_mem +20MB +20MB .*parameters.maintenance_work_mem, .*small")
        .containsPattern("deadlock_timeout +- +7s +ms +configuration file\\n")
        .containsPattern("timezone +europe/berlin +europe/berlin .*spec.database.timezone, ")
        .containsPattern("lc_messages +C +C .* pglet\\n")
        .containsPattern("primary_conninfo +host=nowhere password=\\*{8} ")
        .doesNotContain("pglet.config_hash")
        .doesNotContain(SECRET)
        .doesNotContain("bgwriter_delay");
    assertThat(verbs.run("config", "get", "app", "--all").out())
        .containsPattern("bgwriter_delay +- +200ms +ms +default\\n");
  }

  @Test
  void getShowsJustTheSettingsThatAreNamedAlsoAsObjects() throws Exception {
    Ended json = verbs.run("config", "get", "pg/app", "WORK_MEM", "jit", "-o", "json");
    assertThat(json.code()).as(json.toString()).isZero();
    JsonNode items = new ObjectMapper().readTree(json.out()).path("items");
    assertThat(items).hasSize(2);
    assertThat(items.get(0).toString())
        .startsWith("{\"name\":\"jit\",\"inForce\":\"o")
        .contains("\"source\":\"default\"", "\"change\":\"reload\"", "\"pendingRestart\":false");
    JsonNode memory = items.get(1);
    assertThat(memory.path("wanted").asText()).isEqualTo("5MB");
    assertThat(memory.path("field").asText()).isEqualTo("spec.performance.workMem");
    assertThat(memory.path("from").asText()).startsWith(place(12));
    assertThat(memory.path("inForce").asText()).isEqualTo("9MB");
    assertThat(memory.path("file").asText()).endsWith("/postgresql.auto.conf");

    Ended yaml = verbs.run("config", "get", "app", "shared_buffers", "-o", "yaml");
    JsonNode buffers = new YAMLMapper().readTree(yaml.out()).path("items").get(0);
    assertThat(buffers.path("pendingRestart").asBoolean()).as(yaml.toString()).isTrue();
    assertThat(buffers.path("change").asText()).isEqualTo("restart");

    Ended unknown = verbs.run("config", "get", "app", "worc_mem");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err())
        .contains("pglet config get: the server of postgresqlinstance/app has no setting worc_mem")
        .contains("pglet config get postgresqlinstance/app --all");
  }

  @Test
  void diffFindsWhatWaitsAndWhatOthersHaveSet() throws Exception {
    Ended ended = verbs.run("config", "diff", "app");
    assertThat(ended.code()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.out())
        .contains("postgresqlinstance/app: 3 difference(s)")
        .contains("  deadlock_timeout: not in the manifest, in force 7s\n    because: ALTER SYSTEM")
        .contains("  shared_buffers: wanted 48MB, in force 32MB\n    wanted by: spec.performance")
        .contains("    because: it waits for a restart\n")
        .contains("  work_mem: wanted 5MB, in force 9MB\n")
        .contains("/postgresql.auto.conf:")
        .contains("ALTER SYSTEM RESET work_mem");

    Ended json = verbs.run("config", "diff", "app", "-o", "json");
    assertThat(json.code()).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(json.out()).at("/items/2/wanted").asText())
        .isEqualTo("5MB");
  }

  @Test
  void aBranchHasWhatItsSourceGivesAndItsOwn() throws Exception {
    Ended none = verbs.run("config", "diff", "branch/pr");
    assertThat(none.code()).as(none.toString()).isZero();
    assertThat(none.out()).isEqualTo("branch/pr: no difference\n");
    assertThat(verbs.run("config", "get", "pr").out())
        .containsPattern("work_mem +6MB +6MB .* spec.parameters.work_mem, ")
        .containsPattern("maintenance_work_mem +20MB +20MB .* the source of the branch\\n")
        .containsPattern("archive_mode +off +off .* pglet\\n")
        .doesNotContain(SECRET);
  }

  @Test
  void whatCannotBeKnownIsNeitherAYesNorANo() throws Exception {
    Ended nobody = verbs.run("config", "diff", "nobody");
    assertThat(nobody.code()).isEqualTo(2);
    assertThat(nobody.err()).contains("there is no instance and no branch nobody");
    assertThat(verbs.run("config", "diff", "app", "-o", "xml").code()).isEqualTo(2);
    Ended nothing = verbs.run("config", "diff");
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("Missing required parameter: 'NAME'");
    assertThat(verbs.run("config", "export", "nobody").code()).isEqualTo(1);
    assertThat(verbs.run("config", "gte", "app").err())
        .contains("there is no 'gte' below pglet config; there are: set, unset, get, diff, export");
    assertThat(verbs.run("config").code()).isEqualTo(2);
  }

  @Test
  void helpAndCompletionKnowThem() throws Exception {
    assertThat(verbs.run("config", "--help").out()).contains("set", "unset", "get", "diff");
    assertThat(verbs.run("config", "diff", "--help").out())
        .contains("pglet config diff", "--output", "exit code 0 no difference");
    assertThat(verbs.run("help", "config", "export").out()).contains("pglet config export");
    assertThat(verbs.run("completion", "bash").out())
        .contains("_picocli_pglet_config_get()", "_picocli_pglet_config_set()");
  }

  @Test
  void theExportStartsAServerThatPgletKnowsNothingOf() throws Exception {
    Path file = pglet.base().resolve("postgresql.conf");
    Ended ended = verbs.run("config", "export", "app", "--out", file.toString());
    assertThat(ended.code()).as(ended.toString()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String text = Files.readString(file);
    assertThat(text)
        .contains("# spec.performance.workMem, " + place(12))
        .contains("\nwork_mem = '5MB'\n")
        .contains("\nshared_buffers = '48MB'\n")
        .contains("\nprimary_conninfo = 'host=nowhere password=" + SECRET + "'\n")
        .contains("\n# unix_socket_directories = ")
        .contains("\n# log_directory = ")
        .contains("\n# ssl = 'on'\n")
        .contains("or its copy of yours, and its key to itself");
    assertThat(verbs.run("config", "export", "app").out()).isEqualTo(text);

    try (RealPostgres postgres = new RealPostgres()) {
      Binaries binaries = RealPostgres.system();
      Path data = postgres.cluster(binaries, "alone");
      postgres.write(
          data.resolve("postgresql.conf"),
          text.replaceFirst("\nport = '[0-9]+'\n", "\nport = '16396'\n"));
      postgres.start(binaries, data, 16396);
      assertThat(postgres.query(16396, "SHOW work_mem")).isEqualTo("5MB");
      assertThat(postgres.query(16396, "SHOW shared_buffers")).isEqualTo("48MB");
      assertThat(postgres.query(16396, "SHOW cluster_name")).isEqualTo("app");
      assertThat(
              postgres.query(
                  16396, "SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL"))
          .isEqualTo("0");
    }
  }
}
