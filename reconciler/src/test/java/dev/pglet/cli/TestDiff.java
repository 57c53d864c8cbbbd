package dev.pglet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.TestingBackend;
import dev.pglet.cli.verb.DiffCommand;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.Preview;
import dev.pglet.reconcile.Preview.Difference;
import dev.pglet.reconcile.Preview.PlannedStep;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Risk;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
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
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path file = Path.of("unset");

  private record OnlyDiff() implements Cli.Verbs {
    @Override
    public Optional<Command> find(String name) {
      return Optional.of(new DiffCommand());
    }

    @Override
    public Collection<Command> all() {
      return List.of(new DiffCommand());
    }
  }

  private record Host(Resources observe, Path manifests) implements LocalHost {
    @Override
    public List<ObjectNode> events() {
      return List.of();
    }

    @Override
    public List<String> rejected() {
      return List.of();
    }

    @Override
    public List<ObjectNode> unmanaged() {
      return List.of();
    }

    @Override
    public SpecRules rules(String kind) {
      return SpecRules.NONE;
    }
  }

  @BeforeEach
  void write() throws Exception {
    file = Files.writeString(directory.resolve("two.yaml"), "# first\n---\n" + MANIFEST);
  }

  private int diff(String... arguments) {
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session session =
        new Session(
            new Session.Console(InputStream.nullInputStream(), outStream, errStream),
            new Settings(directory, directory, Optional.empty(), false),
            backend::kinds,
            new Host(backend, directory),
            InstantSource.system());
    return new Cli(new OnlyDiff(), () -> session, outStream, errStream)
        .run(
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("diff"), java.util.Arrays.stream(arguments))
                .toList());
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

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            postgresqlinstance/app: would be changed
              ~ spec.parameters.work_mem: 5MB → 6MB
              - spec.network.port: 1
              1. RELOAD      reloading the configuration
              2. DESTRUCTIVE removing the data
              not known yet: extensions, once the server runs
              paused: no step is run before: pglet resume postgresqlinstance/app
              plan id 00ff: the DESTRUCTIVE steps wait for the annotation pglet.dev/confirm: "00ff"
            """);
  }

  @Test
  void noDifferenceIsExitCodeZero() {
    preview(List.of(), List.of(), Optional.empty(), List.of());

    assertThat(diff("-f", file.toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("postgresqlinstance/app: no difference\n");
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
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("two.yaml:8:3: spec.version: 18 is too old. Set it back");

    Path bad = Files.writeString(directory.resolve("bad.yaml"), MANIFEST.replace("ver", "vre"));
    assertThat(diff("-f", bad.toString())).isEqualTo(2);
    assertThat(diff("pg/nobody")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("postgresqlinstance/nobody not found");
    assertThat(diff()).isEqualTo(2);
    assertThat(diff("--deleted", "-f", file.toString())).isEqualTo(2);
    backend.failing = Optional.of(new HostUnavailable("Gone", "the disk is gone", "Put it back"));
    assertThat(diff("-f", file.toString())).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("pglet diff: the disk is gone");
  }
}
