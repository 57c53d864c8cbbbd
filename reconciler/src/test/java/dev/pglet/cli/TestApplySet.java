package dev.pglet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.Difference;
import dev.pglet.reconcile.Preview.PlannedStep;
import dev.pglet.reconcile.Risk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code apply} does to a set of manifests: asked about only, or with what is left out. */
final class TestApplySet {
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");
  private static final ResourceKey OLD = ResourceKey.of("PostgreSQLInstance", "old");
  private static final ResourceKey OTHER = ResourceKey.of("PostgreSQLInstance", "other");
  private static final ResourceKey LOST = ResourceKey.of("PostgreSQLInstance", "lost");

  @TempDir Path directory;
  private final TestingBackend backend = new TestingBackend();
  private TestingVerb apply = new TestingVerb(new ApplyCommand(), backend, Path.of("/unset"));
  private String file = "";

  @BeforeEach
  void set() throws Exception {
    apply = new TestingVerb(new ApplyCommand(), backend, directory);
    file =
        Files.writeString(
                directory.resolve("app.yaml"),
                """
                apiVersion: pglet.dev/v1alpha1
                kind: PostgreSQLInstance
                metadata: {name: app, labels: {team: shop}}
                spec: {version: "18"}
                """)
            .toString();
    labelled(APP, "team", "shop");
    labelled(OLD, "team", "shop");
    labelled(OTHER, "team", "bank");
    labelled(LOST, "team", "shop");
    backend.documents.remove(LOST);
    backend.instance("bare", "Running", 1);
    backend.documents.put(ResourceKey.of("PostgreSQLInstance", "bare"), "text");
  }

  private void labelled(ResourceKey key, String label, String value) {
    ObjectNode object = backend.instance(key.name(), "Running", 1);
    object.withObject("/metadata/labels").put(label, value);
    backend.put(object);
    backend.documents.put(key, "text");
    preview(key, List.of(), List.of());
  }

  private void preview(ResourceKey key, List<Difference> differences, List<PlannedStep> steps) {
    backend.previews.put(
        key,
        new Preview(
            key,
            false,
            key.equals(OLD),
            false,
            differences,
            steps,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            steps.isEmpty()));
  }

  @Test
  void pruneDeletesOnlyWhatHasTheLabelAndAManifestAndIsNotAmongThem() {
    assertThat(apply.run("-f", file, "--prune", "-l", "team=shop")).isZero();

    assertThat(apply.out().lines())
        .containsSubsequence(
            "postgresqlinstance/old is not among them and will be deleted",
            "postgresqlinstance/old removed from its file");
    assertThat(backend.get(OLD)).isEmpty();
    assertThat(backend.get(APP)).isPresent();
    assertThat(backend.get(OTHER)).isPresent();
    assertThat(backend.get(LOST)).as("the prune guard's").isPresent();
  }

  @Test
  void aNegatedLabelChoosesNothingThatHasNone() {
    assertThat(apply.run("-f", file, "--prune", "-l", "team!=shop")).isZero();

    assertThat(backend.get(OTHER)).isEmpty();
    assertThat(backend.get(ResourceKey.of("PostgreSQLInstance", "bare"))).isPresent();
  }

  @Test
  void nothingIsPrunedWithoutASelectorOrAfterABadManifest() throws Exception {
    assertThat(apply.run("-f", file, "--prune")).isEqualTo(2);
    assertThat(apply.err()).contains("--prune deletes by label only");
    assertThat(apply.run("-f", file, "--prune", "-l", " , ")).isEqualTo(2);
    assertThat(apply.run("-f", file, "--prune", "-l", "team in shop")).isEqualTo(2);
    assertThat(apply.err()).contains("is not understood");
    assertThat(apply.run("-f", file, "-l", "team=shop")).isEqualTo(2);
    Path bad = Files.writeString(directory.resolve("bad.yaml"), "kind: Nonsense\n");
    assertThat(apply.run("-f", file, "-f", bad.toString(), "--prune", "-l", "team=shop"))
        .isEqualTo(1);

    assertThat(backend.lastDocument).isEmpty();
    assertThat(backend.get(OLD)).isPresent();
  }

  @Test
  void aDryRunShowsTheStepsAndTheDeletionsAndWritesNothing() {
    preview(
        APP,
        List.of(new Difference("spec.version", Optional.of("17"), Optional.of("18"))),
        List.of(new PlannedStep("Restart", "restarting the server", Risk.RESTART)));
    preview(OLD, List.of(), List.of(new PlannedStep("Stop", "stopping the server", Risk.RESTART)));

    assertThat(apply.run("-f", file, "--prune", "-l", "team=shop", "--dry-run")).isZero();

    assertThat(apply.out())
        .isEqualTo(
            """
            postgresqlinstance/app: would be changed
              ~ spec.version: 17 → 18
              1. RESTART     restarting the server
            postgresqlinstance/old: would be deleted
              1. RESTART     stopping the server
            Nothing was written: it was a dry run.
            """);
    assertThat(backend.lastDocument).isEmpty();
    assertThat(backend.get(OLD)).isPresent();
    assertThat(apply.run("-f", file, "--dry-run", "--wait")).isEqualTo(2);
  }
}
