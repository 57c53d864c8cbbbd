package dev.pglet.verb.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.ServerAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestConnectionFormat {
  private static final String ODD = "it's a \"b\" $HOME `x` \\ & ; é";

  @TempDir private Path temp;

  private static ServerAddress address(String database, Path passfile) {
    return new ServerAddress(
        "app", "127.0.0.1", 5433, database, Map.of("passfile", passfile.toString()));
  }

  @Test
  void aShellReadsEveryNameAsItIs() throws Exception {
    String env = ConnectionFormat.ENV.text(address(ODD, temp));
    assertThat(shell(env + "printf %s \"$PGDATABASE\"")).isEqualTo(ODD);
    assertThat(shell(env + "env | grep -c ^PG")).isEqualTo("5\n");
    String dotenv = ConnectionFormat.DOTENV.text(address(ODD, temp));
    assertThat(shell(dotenv + "printf %s \"$PGDATABASE\"")).isEqualTo(ODD);
  }

  private static String shell(String script) throws Exception {
    Process process = new ProcessBuilder("env", "-i", "/bin/sh", "-c", script).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out;
  }

  @Test
  void plainValuesStandWithoutQuotesForReadersThatKnowNone() {
    assertThat(ConnectionFormat.DOTENV.text(address("app", Path.of("/s/pgpass"))))
        .isEqualTo(
            """
            DATABASE_URL='postgresql://app@127.0.0.1:5433/app?passfile=/s/pgpass'
            PGHOST=127.0.0.1
            PGPORT=5433
            PGDATABASE=app
            PGUSER=app
            PGPASSFILE=/s/pgpass
            """);
  }

  @Test
  void jsonSaysEachPartAndTheWhole() throws Exception {
    JsonNode json = new ObjectMapper().readTree(ConnectionFormat.JSON.text(address(ODD, temp)));
    assertThat(json.path("database").asText()).isEqualTo(ODD);
    assertThat(json.path("port").asInt()).isEqualTo(5433);
    assertThat(json.path("uri").asText()).startsWith("postgresql://app@127.0.0.1:5433/it%27s%20a");
  }

  @Test
  void jdbcHasNoParameterThatTheDriverDoesNotKnow() {
    assertThat(ConnectionFormat.JDBC.text(address("a b", temp)))
        .isEqualTo("jdbc:postgresql://127.0.0.1:5433/a%20b?user=app\n");
  }

  @Test
  void onlyPgpassHoldsThePassword() throws Exception {
    Path passfile = Files.writeString(temp.resolve("pgpass"), "*:*:*:app:se\\:cret\n");
    ServerAddress address = address("app", passfile);
    for (ConnectionFormat format :
        List.of(
            ConnectionFormat.URI,
            ConnectionFormat.ENV,
            ConnectionFormat.DOTENV,
            ConnectionFormat.JSON,
            ConnectionFormat.JDBC)) {
      assertThat(format.text(address)).doesNotContain("cret");
    }
    assertThat(ConnectionFormat.pgpass(address, Optional.empty()))
        .isEqualTo("127.0.0.1:5433:*:app:se\\:cret\n");
    assertThat(ConnectionFormat.pgpass(address, Optional.of("a:b")))
        .isEqualTo("127.0.0.1:5433:a\\:b:app:se\\:cret\n");
  }

  @Test
  void aMissingPasswordIsNamed() {
    assertThat(
            catchThrowableOfType(
                    ReconcileException.class,
                    () ->
                        ConnectionFormat.pgpass(
                            address("app", temp.resolve("none")), Optional.empty()))
                .getMessage())
        .contains("there is no passfile " + temp.resolve("none"));
  }
}
