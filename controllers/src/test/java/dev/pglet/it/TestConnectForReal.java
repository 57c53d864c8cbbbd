package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.it.VerbProcess.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code connection-string}, {@code connect} and {@code sql}, on one real server. */
@Timeout(400)
@SuppressWarnings("NullAway.Init")
final class TestConnectForReal {
  private static final String APP =
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
      """;

  private static final String ODD = "it's \"odd\" $a & b%";

  private static Pglet pglet;
  private static VerbProcess verbs;

  @BeforeAll
  static void startServer() throws Exception {
    pglet = new Pglet();
    pglet.write("app.yaml", APP);
    pglet.untilRunning("app");
    try (Connection superuser = Pglet.superuser(pglet.instance("app"), "postgres")) {
      Pglet.run(superuser, "CREATE DATABASE \"%s\" OWNER app".formatted(ODD.replace("\"", "\"\"")));
    }
    // From here on nobody runs a daemon: each verb looks at the host itself.
    pglet.stop();
    verbs = new VerbProcess(pglet);
  }

  @AfterAll
  static void removeAll() throws Exception {
    pglet.close();
  }

  private static Ended psql(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/psql", "-XAt"));
    command.addAll(List.of(arguments));
    return verbs.program("", Map.of(), command);
  }

  private static String string(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("connection-string", "app"));
    command.addAll(List.of(words));
    Ended ended = verbs.run(command.toArray(String[]::new));
    assertThat(ended.code()).as(ended.toString()).isZero();
    return ended.out();
  }

  @Test
  void theUriWorksWhenPasted() throws Exception {
    assertThat(psql(string().strip(), "-c", "SELECT current_user, current_database()").out())
        .isEqualTo("app|app\n");
    assertThat(psql(string("-d", ODD).strip(), "-c", "SELECT current_database()").out())
        .isEqualTo(ODD + "\n");
  }

  @Test
  void theEnvironmentWorksWhenPasted() throws Exception {
    for (String format : List.of("env", "dotenv")) {
      String script =
          "set -a\n"
              + string("--format", format, "-d", ODD)
              + "/usr/bin/psql -XAtc 'SELECT current_database()'";
      assertThat(verbs.program("", Map.of(), List.of("/bin/sh", "-c", script)))
          .isEqualTo(new Ended(0, ODD + "\n", ""));
    }
  }

  @Test
  void thePgpassLineIsAllThatPsqlNeedsBesideTheAddress() throws Exception {
    Path file = pglet.base().resolve("my.pgpass");
    Files.writeString(file, string("--format", "pgpass"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    int port = new ObjectMapper().readTree(string("--format", "json")).path("port").asInt();
    assertThat(
            verbs
                .program(
                    "",
                    Map.of("PGPASSFILE", file.toString()),
                    List.of(
                        "/usr/bin/psql",
                        "-XAt",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        "" + port,
                        "-U",
                        "app",
                        "-c",
                        "SELECT 7"))
                .out())
        .isEqualTo("7\n");
  }

  @Test
  void theJdbcUrlWorksWithThePassfileAsItsPropertySays() throws Exception {
    Ended ended = verbs.run("connection-string", "app", "--format", "jdbc", "-d", ODD);
    String property = "org.postgresql.pgpassfile";
    String passfile = ended.err().substring(ended.err().indexOf(property) + property.length() + 1);
    System.setProperty(property, passfile.strip());
    try (Connection connection = DriverManager.getConnection(ended.out().strip())) {
      assertThat(Pglet.ask(connection, "SELECT current_database()")).isEqualTo(ODD);
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void badInputIsRefusedWithWhatWouldBeRight() throws Exception {
    assertThat(verbs.run("connection-string", "app", "--format", "xml"))
        .isEqualTo(
            new Ended(
                2,
                "",
                "pglet connection-string: --format: 'xml' is none of uri, env, dotenv, json, jdbc,"
                    + " pgpass\n"));
    assertThat(verbs.run("connection-string", "app", "-d", "a\nb").err()).contains("a\\x0ab");
    for (String verb : List.of("connection-string", "connect", "psql")) {
      Ended unknown = verbs.run(verb, "nobody");
      assertThat(unknown.code()).isEqualTo(1);
      assertThat(unknown.err())
          .contains("there is no instance and no branch nobody in namespace default")
          .contains("pglet get pg");
      assertThat(verbs.run(verb, "hat/x").err()).contains("there is no kind 'hat'");
    }
    Ended stopped = verbs.run("connect", "off");
    assertThat(stopped.code()).isEqualTo(1);
    assertThat(stopped.err())
        .contains("the server of postgresqlinstance/off does not run")
        .contains("pglet start postgresqlinstance/off");
  }

  @Test
  void connectIsPsqlWithItsOwnArgumentsAndExitCode() throws Exception {
    assertThat(
            verbs.run("connect", "app", "--", "-XAtc", "SELECT current_user, current_database()"))
        .isEqualTo(new Ended(0, "postgres|app\n", ""));
    assertThat(
            verbs.runWith(
                "SELECT session_user;\n", "psql", "pg/app", "--role", "app", "--", "-XAt"))
        .isEqualTo(new Ended(0, "app\n", ""));
    assertThat(verbs.run("connect", "app", "-d", ODD, "--", "-XAtc", "SELECT current_database()"))
        .isEqualTo(new Ended(0, ODD + "\n", ""));
    assertThat(
            verbs.run("connect", "app", "--", "-X", "-v", "ON_ERROR_STOP=1", "-c", "oops").code())
        .isEqualTo(1);
  }

  @Test
  void variablesOfTheUserLeadPsqlNowhereElse() throws Exception {
    VerbProcess misled =
        new VerbProcess(pglet)
            .with("PGHOSTADDR", "192.0.2.1")
            .with("PGPORT", "1")
            .with("PGSERVICE", "elsewhere")
            .with("PGSSLMODE", "verify-full");
    assertThat(misled.run("connect", "app", "--", "-XAtc", "SELECT 1").out()).isEqualTo("1\n");
  }

  @Test
  void withoutPsqlThereIsAPromptThatAnErrorDoesNotEnd() throws Exception {
    Ended ended =
        verbs.runWith(
            """
            SELECT 'a;b' AS x,
              $$;$$ AS y;
            SELEC 1;
            CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'n');
            INSERT INTO t VALUES (1), (2);
            \\dt
            \\d t
            \\d nothing
            \\c postgres
            SELECT current_database() AS here;
            \\l
            \\z
            \\c nowhere
            SELECT count(*) FROM generate_series(1, 3)
            """,
            "connect",
            "app",
            "--built-in");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out())
        .contains("a;b   ;\n(1 row)")
        .contains("INSERT 2")
        .contains("public   t      table   postgres")
        .contains("name     text                 'n'::text")
        .contains("CREATE UNIQUE INDEX t_pkey")
        .contains("postgres\n(1 row)")
        .doesNotContain("=>");
    assertThat(ended.err())
        .contains("syntax error at or near \"SELEC\"")
        .contains("relation \"nothing\" does not exist")
        .contains("there is no command \\z")
        .contains("database \"nowhere\" does not exist; still in postgres");
  }

  @Test
  void theBuiltInPromptIsUsedWhereThereIsNoPsql() throws Exception {
    VerbProcess bare = new VerbProcess(pglet).with("PATH", pglet.base().toString());
    Ended ended = bare.runWith("SELECT current_user AS me;\n", "connect", "app", "--role", "app");
    assertThat(ended.code()).as(ended.toString()).isZero();
    assertThat(ended.out()).isEqualTo("me\napp\n(1 row)\n");
    assertThat(bare.run("connect", "app", "--", "-X").err())
        .contains("-X: these are arguments of psql");
    assertThat(bare.run("connect", "app", "--role", "stranger").err())
        .contains("holds no password of stranger");
    assertThat(bare.run("connect", "app", "-d", "nowhere").err())
        .contains("logging in to database nowhere of postgresqlinstance/app as postgres");
  }

  @Test
  void sqlStillRunsOneStatement() throws Exception {
    assertThat(verbs.run("sql", "app", "select 41 + 1 as n"))
        .isEqualTo(new Ended(0, "n\n42\n", ""));
    assertThat(verbs.run("sql", "app").code()).isEqualTo(2);
  }
}
