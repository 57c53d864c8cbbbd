package dev.pglet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.it.VerbProcess.Ended;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

/** {@code top} of some servers, of which one or all cannot be asked. */
final class TestTopForReal {
  private static final String INSTANCE =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: NAME}
      spec: {parameters: {shared_buffers: 16MB}}
      """;

  @Test
  void whatCannotBeAskedDoesNotHideTheOthers() throws Exception {
    try (Pglet pglet = Pglet.inMemory()) {
      for (String name : new String[] {"a", "b"}) {
        pglet.write(name + ".yaml", INSTANCE.replace("NAME", name));
      }
      pglet.converge();
      JsonNode a = pglet.instance("a");
      JsonNode b = pglet.instance("b");
      pglet.stop();
      letNobodyIn(a);
      VerbProcess verbs = new VerbProcess(pglet);

      Ended one = verbs.run("top", "--once");
      assertThat(one.code()).as(one.toString()).isZero();
      assertThat(one.out())
          .containsPattern("postgresqlinstance/a: cannot be asked .* not currently accepting")
          .contains("See with pglet status postgresqlinstance/a ")
          .containsPattern("postgresqlinstance/b: \\d+ of \\d+ sessions");

      letNobodyIn(b);
      Ended none = verbs.run("top", "a", "b", "--once");
      assertThat(none.code()).as(none.toString()).isEqualTo(1);
      assertThat(none.out())
          .contains("postgresqlinstance/a: cannot be asked")
          .contains("postgresqlinstance/b: cannot be asked");
    }
  }

  /** Into its own databases, not even a superuser. */
  private static void letNobodyIn(JsonNode instance) throws Exception {
    try (Connection connection = Pglet.superuser(instance, "postgres")) {
      Pglet.run(
          connection,
          "UPDATE pg_database SET datallowconn = false"
              + " WHERE datname NOT IN ('postgres', 'template0', 'template1')");
    }
  }
}
