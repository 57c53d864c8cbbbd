package dev.pglet.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.Template;
import dev.pglet.cli.Cli;
import dev.pglet.cli.LocalHost;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.DiffCommand;
import dev.pglet.cli.verb.ValidateCommand;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import dev.pglet.reconcile.engine.spec.Specs;
import dev.pglet.reconcile.state.StateDirectory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says of fields and of whole specs. */
final class TestExplain {
  private static final KindRegistry KINDS =
      new KindRegistry(
          List.of(
              PostgreSQLInstance.definition(),
              CrdDefinition.of(Branch.class),
              Template.definition(),
              HostConfiguration.definition()));
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T01:00:00Z"));

  private static final String APP =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata: {name: app}
      spec:
        template: staging
        network: {port: 5600}
      """;
  private static final String HOST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: HostConfiguration
      metadata: {name: host}
      spec:
        defaultVersion: 17
      """;

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static final class Verbs implements Cli.Verbs {
    @Override
    public Optional<Command> find(String name) {
      return all().stream().filter(verb -> verb.spec().name().equals(name)).findFirst();
    }

    @Override
    public Collection<Command> all() {
      return List.of(
          new ExplainCommand(), new DiffCommand(TemplateDiff::compare), new ValidateCommand());
    }
  }

  /** The manifests of the directory, as if they were all accepted. */
  private final class Host implements LocalHost {
    @Override
    public Optional<ObjectNode> wholeSpec(
        ResourceKey key, Optional<String> template, String instead) throws ReconcileException {
      try (StateDirectory state = StateDirectory.look(directory.resolve("state"), CLOCK);
          Stream<Path> files = Files.list(directory)) {
        Map<ResourceKey, Manifest> manifests = new HashMap<>();
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          new ManifestReader(KINDS)
              .readFile(file)
              .manifests()
              .forEach(manifest -> manifests.put(manifest.key(), manifest));
        }
        Specs specs = new Specs(KINDS, state.inventory(), directory, name -> null);
        specs.of(new Snapshot(manifests, List.of(), true, "", Optional.empty(), Optional.empty()));
        return specs.report(key, template, instead);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Resources observe() {
      throw new UnsupportedOperationException();
    }

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

    @Override
    public Path manifests() {
      return directory;
    }
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session session =
        new Session(
            new Session.Console(new ByteArrayInputStream(new byte[0]), outStream, errStream),
            new Settings(directory, directory, Optional.empty(), false),
            () -> KINDS,
            new Host(),
            CLOCK);
    return new Cli(new Verbs(), () -> session, outStream, errStream).run(Arrays.asList(arguments));
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.strip().replaceAll(" +", " "))
        .toList();
  }

  private Path write(String file, String text) throws IOException {
    return Files.writeString(directory.resolve(file), text);
  }

  @Test
  void everyFieldOfAWholeSpecIsShownWithWhereItWasWritten() throws IOException {
    Path app = write("app.yaml", APP);
    Path host = write("host.yaml", HOST);
    assertThat(run("explain", "pg/app", "--resolved")).isZero();
    assertThat(lines())
        .startsWith("FIELD VALUE FROM")
        .contains(
            "spec.template staging " + app + ":5:3",
            "spec.network.port 5600 " + app + ":6:13",
            "spec.network.bindAddress 127.0.0.1 default",
            "spec.network.maxConnections - default",
            "spec.version 17 host configuration host (" + host + ":5:3)",
            "spec.parameters.log_min_duration_statement 500ms built-in template staging"
                + " (built-in/staging.yaml:10:5)",
            "spec.parameters.track_io_timing on built-in template production"
                + " (built-in/production.yaml:15:5)");
  }

  @Test
  void whatCannotBePutTogetherIsSaidInsteadOfGuessed() throws IOException {
    Path app = write("app.yaml", APP.replace("staging", "stagng"));
    assertThat(run("explain", "pg/app", "--resolved")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(app + ":5:3: spec.template: there is no Template stagng");
    assertThat(run("explain", "pg/none", "--resolved")).isEqualTo(2);
  }

  @Test
  void aFieldIsExplainedWithTypeDefaultAndWhatItsChangeDoes() {
    assertThat(run("explain", "pg.network.port")).isZero();
    assertThat(lines())
        .contains(
            "Kind: PostgreSQLInstance (pglet.dev/v1alpha1)",
            "Field: spec.network.port <integer>",
            "Default: 0",
            "Values: 0 to 65535",
            "Change: restart");
    assertThat(run("explain", "pg.spec.version")).isZero();
    assertThat(lines())
        .contains(
            "Field: spec.version <string or integer>",
            "Change: of the minor: restart; of the major: refused");
    assertThat(run("explain", "pg.parameters.work_mem")).isZero();
    assertThat(lines()).contains("Change: reload or restart, as the server says");
    assertThat(run("explain", "tpl")).isZero();
    assertThat(lines()).anyMatch(line -> line.startsWith("spec object"));
    assertThat(run("explain", "pg.network.prot")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("PostgreSQLInstance.spec.network has no field 'prot'; did you mean 'port'?");
  }

  @Test
  void everyFieldThatAUserWritesSaysItsEffect() {
    for (CrdDefinition kind : KINDS.all()) {
      requireEffects(kind, FieldSchema.find(kind, List.of("spec")), "spec");
    }
  }

  private static void requireEffects(CrdDefinition kind, FieldSchema field, String path) {
    for (FieldSchema child : field.children()) {
      String below = path + "." + child.path();
      if (child.children().isEmpty()) {
        assertThat(child.effect()).as(kind.kind() + " " + below).isPresent();
      } else {
        requireEffects(kind, child, below);
      }
    }
  }

  @Test
  void diffShowsWhatAnotherTemplateWouldChange() throws IOException {
    write("app.yaml", APP);
    assertThat(run("diff", "--template", "production", "pg/app")).isEqualTo(1);
    assertThat(lines())
        .containsExactly(
            "spec.parameters.log_min_duration_statement: 500ms -> 1s",
            "from built-in template production (built-in/production.yaml:12:5)",
            "change: reload or restart, as the server says",
            "spec.template: staging -> production",
            "from " + directory.resolve("app.yaml") + ":5:3",
            "change: as the fields that differ");
    assertThat(run("diff", "--template", "staging", "pg/app")).isZero();
    assertThat(run("diff", "--template", "none", "pg/app")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no Template none");
  }

  @Test
  void diffShowsWhatAnEditedTemplateWouldChange() throws IOException {
    String mine =
        """
        apiVersion: pglet.dev/v1alpha1
        kind: Template
        metadata: {name: mine}
        spec:
          network: {maxConnections: 30}
        """;
    write("app.yaml", APP.replace("staging", "mine"));
    write("mine.yaml", mine);
    Path edited =
        Files.writeString(
            Files.createDirectory(directory.resolve("new")).resolve("mine.yaml"),
            mine.replace("30", "31"));
    assertThat(run("diff", "-f", edited.toString(), "pg/app")).isEqualTo(1);
    assertThat(lines())
        .startsWith("spec.network.maxConnections: 30 -> 31")
        .endsWith("change: restart");
  }

  @Test
  void validatePutsTheSpecsTogether() throws IOException {
    Path app = write("app.yaml", APP);
    write("host.yaml", HOST);
    assertThat(run("validate")).isZero();
    Path other = write("other.yaml", HOST.replace("name: host", "name: other"));
    write("app.yaml", APP.replace("template: staging", "template: mine"));
    assertThat(run("validate")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(other + ":3:12: metadata.name: a manifest root has one HostConfiguration")
        .contains("at " + directory.resolve("host.yaml") + ":3:12");
    Files.delete(other);
    assertThat(run("validate", app.toString())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(app + ":5:3: spec.template: there is no Template mine");
  }
}
