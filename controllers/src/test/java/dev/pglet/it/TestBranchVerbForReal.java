package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.it.VerbProcess.Ended;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code branch create|list|tree|delete}, with a real daemon and real servers. */
@Timeout(400)
@SuppressWarnings("NullAway.Init")
final class TestBranchVerbForReal {
  private Pglet pglet;
  private VerbProcess verbs;

  @BeforeEach
  void open() throws Exception {
    pglet = new Pglet();
    verbs = new VerbProcess(pglet);
    pglet.write(
        "app.yaml",
        """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata: {name: app}
        spec: {version: "MAJOR", parameters: {shared_buffers: 16MB}}
        """
            .replace("MAJOR", SYSTEM_MAJOR));
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  @Test
  void aBranchIsMadeUsedShownAndRemovedByOneLineEach() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(pglet)) {
      daemon.ready("pg/app");
      Ended made = verbs.run("branch", "create", "pr-1", "--from", "app", "-o", "env");
      assertThat(made.code()).as(made.toString()).isZero();
      assertThat(made.out().lines()).allMatch(line -> line.startsWith("export PG"));
      assertThat(made.err()).contains("branch/pr-1 created in " + pglet.manifests());
      assertThat(shell(made.out(), "psql -XAtc 'SELECT current_user'")).isEqualTo("app\n");

      Ended again = verbs.run("branch", "create", "pr-1", "--from", "app");
      assertThat(again.code()).isEqualTo(1);
      assertThat(again.err()).contains("there is branch/pr-1 already");

      Ended second = verbs.run("branch", "create", "pr-2", "--from", "branch/pr-1", "--wait");
      assertThat(second.code()).as(second.toString()).isZero();
      assertThat(second.out()).contains("branch/pr-2: condition Ready=True met");

      assertThat(verbs.run("branch", "list").out())
          .containsPattern("NAME +SOURCE +PHASE +PORT +TAKEN")
          .containsPattern("pr-1 +postgresqlinstance/app +Running +[0-9]+ +20")
          .containsPattern("pr-2 +branch/pr-1 +Running +[0-9]+ +20");
      assertThat(verbs.run("branch", "tree").out())
          .isEqualTo(
              """
              postgresqlinstance/app  Running
              └─ branch/pr-1  Running
                 └─ branch/pr-2  Running
              """);

      Ended removed = verbs.run("branch", "delete", "pr-2", "pr-1", "--wait");
      assertThat(removed.code()).as(removed.toString()).isZero();
      assertThat(verbs.run("branch", "tree").out()).isEqualTo("postgresqlinstance/app  Running\n");
      assertThat(manifests()).containsExactly("app.yaml");
    }
  }

  /** Without what was displaced and is looked after for two seconds more. */
  private List<String> manifests() {
    return Stream.of(requireNonNull(pglet.manifests().toFile().list()))
        .filter(name -> !name.startsWith("."))
        .toList();
  }

  private static String shell(String variables, String command) throws Exception {
    Process process =
        new ProcessBuilder("bash", "-c", "eval \"$1\"; " + command, "bash", variables)
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void whatCannotBeDoneIsSaidAndNothingIsWritten() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"2", "write pglet branch create NAME --from SOURCE", "create", "pr-1"},
          {"2", "'PR_1' is no name", "create", "PR_1", "--from", "app"},
          {"2", "-o: 'xml' is none of uri, env", "create", "pr-1", "--from", "app", "-o", "xml"},
          {"2", "--port: 'high' is no number", "create", "pr-1", "--from", "app", "--port", "high"},
          {"1", "no instance and no branch nobody", "create", "pr-1", "--from", "nobody"},
          {"2", "'merge' is unknown; write create, list, tree or delete", "merge"},
          {"2", "say which", "delete"},
          {"2", "takes no name", "list", "pr-1"},
          {"1", "branch/pr-9 not found", "delete", "pr-9"},
        }) {
      String[] words = new String[wrong.length - 1];
      words[0] = "branch";
      System.arraycopy(wrong, 2, words, 1, wrong.length - 2);
      Ended ended = verbs.run(words);
      assertThat(ended.code()).as(ended.toString()).isEqualTo(Integer.parseInt(wrong[0]));
      assertThat(ended.err()).contains(wrong[1]);
    }
    assertThat(manifests()).containsExactly("app.yaml");

    Ended noDaemon = verbs.run("branch", "create", "pr-1", "--from", "app", "--wait");
    assertThat(noDaemon.code()).isEqualTo(1);
    assertThat(noDaemon.err()).contains("no daemon runs");
  }
}
