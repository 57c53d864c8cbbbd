package dev.pglet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.explain.TemplateDiff;
import dev.pglet.cli.verb.DiffCommand;
import dev.pglet.reconcile.HostUnavailable;
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

/** What {@code diff} prints and how it exits. */
final class TestDiff {
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");
  private static final String MANIFEST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "18"
      """;

  @TempDir Path directory;
  private final TestingBackend backend = new TestingBackend();
  private Path file = Path.of("/unset");
  private TestingVerb verb =
      new TestingVerb(new DiffCommand(TemplateDiff::compare), backend, Path.of("/unset"));

  @BeforeEach
  void write() throws Exception {
    verb = new TestingVerb(new DiffCommand(TemplateDiff::compare), backend, directory);
    file = Files.writeString(directory.resolve("two.yaml"), "# first\n---\n" + MANIFEST);
  }

  private int diff(String... arguments) {
    return verb.run(arguments);
  }

  private void preview(
      List<Difference> differences,
      List<PlannedStep> steps,
      Optional<String> planId,
      List<Preview.Problem> problems) {
    backend.previews.put(
        APP,
        new Preview(
            APP,
            false,
            false,
            true,
            differences,
            steps,
            planId,
            Optional.empty(),
            steps.isEmpty() ? List.of() : List.of("extensions, once the server runs"),
            List.of(),
            problems,
            steps.isEmpty()));
  }

  @Test
  void differencesAreExitCodeOneWithStepsRisksAndThePlanId() {
    preview(
        List.of(
            new Difference("spec.parameters.work_mem", Optional.of("5MB"), Optional.of("6MB")),
            new Difference("spec.network.port", Optional.of("1"), Optional.empty())),
        List.of(
            new PlannedStep("Reload", "reloading the configuration", Risk.RELOAD),
            new PlannedStep("Destroy", "removing the data", Risk.DESTRUCTIVE)),
        Optional.of("00ff"),
        List.of());

    assertThat(diff("-f", file.toString())).isEqualTo(1);

    assertThat(verb.out())
        .isEqualTo(
            """
            postgresqlinstance/app: would be changed
              ~ spec.parameters.work_mem: 5MB → 6MB
              - spec.network.port: 1
              1. RELOAD      reloading the configuration
              2. DESTRUCTIVE removing the data
              not known yet: extensions, once the server runs
              paused: no step is run before: pglet resume postgresqlinstance/app
              plan id 00ff: the DESTRUCTIVE steps wait for: pglet annotate --overwrite postgresqlinstance/app pglet.dev/confirm=00ff
            """);
  }

  @Test
  void noDifferenceIsExitCodeZero() {
    preview(List.of(), List.of(), Optional.empty(), List.of());

    assertThat(diff("-f", file.toString())).isZero();
    assertThat(verb.out()).isEqualTo("postgresqlinstance/app: no difference\n");
    assertThat(diff("pg/app")).as("by its spec in force, as it has no file").isZero();
  }

  @Test
  void whatCannotBeComparedIsExitCodeTwoWithItsPlaceInTheFile() throws Exception {
    preview(
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(new Preview.Problem("spec.version", "18 is too old. Set it back")));

    assertThat(diff("-f", file.toString())).isEqualTo(2);
    assertThat(verb.err()).contains("two.yaml:8:3: spec.version: 18 is too old. Set it back");

    Path bad = Files.writeString(directory.resolve("bad.yaml"), MANIFEST.replace("ver", "vre"));
    assertThat(diff("-f", bad.toString())).isEqualTo(2);
    assertThat(diff("pg/nobody")).isEqualTo(2);
    assertThat(verb.err()).contains("postgresqlinstance/nobody not found");
    assertThat(diff()).isEqualTo(2);
    assertThat(diff("--deleted", "-f", file.toString())).isEqualTo(2);
    backend.failing = Optional.of(new HostUnavailable("Gone", "the disk is gone", "Put it back"));
    assertThat(diff("-f", file.toString())).isEqualTo(2);
    assertThat(verb.err()).contains("pglet diff: the disk is gone");
  }
}
