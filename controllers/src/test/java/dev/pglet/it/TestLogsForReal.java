package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.it.VerbProcess.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code logs}, of a real server that writes one. */
@Timeout(400)
final class TestLogsForReal {
  @Test
  void showsAndFollowsWhatTheServerWrites() throws Exception {
    try (Pglet pglet = new Pglet()) {
      pglet.write(
          "app.yaml",
          """
          apiVersion: pglet.dev/v1alpha1
          kind: PostgreSQLInstance
          metadata: {name: app}
          spec: {parameters: {shared_buffers: 16MB}}
          """);
      pglet.untilRunning("app");
      JsonNode app = pglet.instance("app");
      pglet.stop();
      VerbProcess verbs = new VerbProcess(pglet);

      assertThat(verbs.run("logs", "app").out())
          .contains("database system is ready to accept connections");

      provoke(app, "first");
      Ended errors = verbs.run("logs", "app", "--level", "error", "--since", "10m");
      assertThat(errors.out().lines())
          .anySatisfy(
              line -> assertThat(line).contains("ERROR:  relation \"first\" does not exist"))
          .anySatisfy(line -> assertThat(line).contains("STATEMENT:  SELECT * FROM first"))
          .noneSatisfy(line -> assertThat(line).contains("LOG:  "));

      Path followed = Files.createTempFile(pglet.base(), "follow", ".out");
      Process following = verbs.start(followed, "logs", "-f", "app", "--tail", "1");
      try {
        TestInstanceForReal.eventually(
            () -> {
              assertThat(Files.readString(followed)).isNotEmpty();
              return "";
            },
            Duration.ofSeconds(60));
        provoke(app, "second");
        TestInstanceForReal.eventually(
            () -> {
              assertThat(Files.readString(followed)).contains("\"second\" does not exist");
              return "";
            },
            Duration.ofSeconds(30));
      } finally {
        following.destroy();
        following.waitFor();
      }

      assertThat(verbs.run("logs", "nobody").err()).contains("there is no instance and no branch");
      assertThat(verbs.run("logs", "app", "--level", "loud").code()).isEqualTo(2);
      assertThat(verbs.run("logs", "app", "--since", "yesterday").code()).isEqualTo(2);
      assertThat(verbs.run("logs", "app", "--since", "2026-13-01T00:00:00Z").code()).isEqualTo(2);
      assertThat(verbs.run("logs", "app", "--tail", "-1").code()).isEqualTo(2);
    }
  }

  private static void provoke(JsonNode app, String table) throws SQLException {
    try (Connection superuser = Pglet.superuser(app, "postgres")) {
      Pglet.run(superuser, "SELECT * FROM " + table);
    } catch (SQLException e) {
      assertThat(e.getMessage()).contains(table);
      return;
    }
    throw new AssertionError(table + " exists");
  }
}
