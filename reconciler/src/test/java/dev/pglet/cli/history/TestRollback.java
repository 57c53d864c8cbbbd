package dev.pglet.cli.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.TestingVerb;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Revision;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code history} and {@code rollback}. */
final class TestRollback {
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");
  private static final String FIRST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        version: "17"
        parameters: {work_mem: 5MB}
      """;
  private static final String SECOND = FIRST.replace("5MB", "6MB");
  private static final String NOW =
      """
      # the shop's
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app   # as in the URL
        labels: {team: shop}
      spec:
        # never lower
        version: "17"
        parameters:
          work_mem: 7MB   # for the reports
          jit: off
      """;

  @TempDir Path directory;
  private final TestingBackend backend = new TestingBackend();

  @BeforeEach
  void history() {
    backend.documents.put(APP, NOW);
    backend.revisions = List.of(revision(3, FIRST), revision(4, SECOND), revision(5, NOW));
    preview(List.of());
  }

  private static Revision revision(long number, String document) {
    return new Revision(
        number,
        Instant.parse("2026-03-01T10:00:00Z").plusSeconds(number),
        "/m/app.yaml",
        "0123456789abcdef" + number,
        document);
  }

  private void preview(List<Preview.Problem> problems) {
    backend.previews.put(
        APP,
        new Preview(
            APP,
            false,
            false,
            false,
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            problems,
            true));
  }

  private TestingVerb history(String... arguments) {
    TestingVerb verb = new TestingVerb(new HistoryCommand(), backend, directory);
    assertThat(verb.run(arguments)).as(verb.err()).isZero();
    return verb;
  }

  private TestingVerb rollback(int exit, String... arguments) {
    TestingVerb verb = new TestingVerb(new RollbackCommand(), backend, directory);
    assertThat(verb.run(arguments)).as(verb.out() + verb.err()).isEqualTo(exit);
    return verb;
  }

  @Test
  void listsTheRevisionsAndPrintsOne() {
    assertThat(history("pg/app").out().lines())
        .containsExactly(
            "REVISION   ACCEPTED               SPEC           FILE",
            "3          2026-03-01T10:00:03Z   0123456789ab   /m/app.yaml",
            "4          2026-03-01T10:00:04Z   0123456789ab   /m/app.yaml",
            "5          2026-03-01T10:00:05Z   0123456789ab   /m/app.yaml");
    assertThat(history("pg", "app", "--revision", "4").out()).isEqualTo(SECOND);
  }

  @Test
  void goesBackOneAndKeepsAllButTheSpec() {
    TestingVerb verb = rollback(0, "pg/app");

    assertThat(backend.documents.get(APP))
        .isEqualTo(NOW.replace("work_mem: 7MB", "work_mem: 6MB").replace("    jit: off\n", ""));
    assertThat(verb.out())
        .contains("the spec of revision 4 is in /m/a.yaml again; its data stays as it is")
        .contains("only the files were edited");
  }

  @Test
  void goesBackToTheOneThatIsNamed() {
    rollback(0, "pg/app", "--to", "3");
    assertThat(backend.documents.get(APP)).contains("work_mem: 5MB   # for the reports");

    assertThat(rollback(0, "pg/app", "--to", "3").out()).contains("is as in revision 3 already");
  }

  @Test
  void whatTheKindRefusesIsNotWritten() {
    preview(List.of(new Preview.Problem("spec.version", "17 cannot run data of 18. Set it back")));

    TestingVerb verb = rollback(1, "pg/app", "--to", "3");

    assertThat(verb.err())
        .contains("spec.version: 17 cannot run data of 18. Set it back")
        .contains("revision 3 cannot be gone back to; nothing was written");
    assertThat(backend.documents.get(APP)).isEqualTo(NOW);
  }

  @Test
  void aDryRunWritesNothing() {
    assertThat(rollback(0, "pg/app", "--dry-run").out()).contains("Nothing was written");
    assertThat(backend.documents.get(APP)).isEqualTo(NOW);
  }

  @Test
  void saysWhatThereIsNot() {
    assertThat(rollback(1, "pg/app", "--to", "9").err())
        .contains("has no revision 9; kept are [3, 4, 5]");
    assertThat(rollback(2, "pg/app", "--to", "one").err()).contains("'one' is no number");
    backend.revisions = List.of(revision(1, FIRST));
    assertThat(rollback(1, "pg/app").err()).contains("has one revision only, 1");
    backend.revisions = List.of();
    assertThat(rollback(1, "pg/app").err()).contains("no accepted spec", "is remembered");
    backend.revisions = List.of(revision(1, FIRST), revision(2, SECOND));
    backend.documents.remove(APP);
    assertThat(rollback(1, "pg/app").err())
        .contains("has no manifest", "pglet history postgresqlinstance/app --revision 1");
  }
}
