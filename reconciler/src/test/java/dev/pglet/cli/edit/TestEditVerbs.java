package dev.pglet.cli.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.LocalHost;
import dev.pglet.cli.Session;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Resources;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.SpecRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that edit, on real files. */
final class TestEditVerbs {
  private static final ResourceKey APP = ResourceKey.of("PostgreSQLInstance", "app");
  private static final String OTHER =
      """
      # the other
      apiVersion: pglet.dev/v1alpha1
      kind: Branch
      metadata: {name: pr-1, labels: {team: a}}
      spec: {source: {instance: app}} # of app
      """;
  private static final String MANIFEST =
      """
      # the shop
      apiVersion: pglet.dev/v1alpha1
      kind: PostgreSQLInstance
      metadata:
        name: app
      spec:
        version: "17" # for now
        parameters:
          # a lot
          jit: 'off'
      """;

  @TempDir private Path directory;
  private TestingFiles files;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Deque<UnaryOperator<String>> sittings = new ArrayDeque<>();
  private final List<String> opened = new ArrayList<>();
  private Optional<Refused> editorFails = Optional.empty();
  private Charset encoding = StandardCharsets.UTF_8;
  private boolean full;

  @BeforeEach
  void write() {
    files = new TestingFiles(directory);
    files.write("all.yaml", MANIFEST + "---\n" + OTHER);
  }

  private final class Host implements LocalHost {
    @Override
    public Resources observe() {
      return files;
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
    public Optional<ObjectNode> wholeSpec(
        ResourceKey key, Optional<String> template, String instead) {
      return Optional.empty();
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

  private final class Verbs implements Cli.Verbs {
    @Override
    public Optional<Command> find(String name) {
      return all().stream().filter(verb -> verb.spec().name().equals(name)).findFirst();
    }

    @Override
    public Collection<Command> all() {
      return List.of(
          new ConfigCommand(List.of()),
          new EditCommand(this::sit),
          MetadataCommand.label(),
          MetadataCommand.annotate(),
          PauseCommand.pause(),
          PauseCommand.resume());
    }

    private void sit(Path file) throws Refused {
      try {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
            .isEqualTo("rwx------");
        String text = Files.readString(file);
        opened.add(text);
        Files.writeString(file, sittings.remove().apply(text), encoding);
        if (full) {
          Files.createDirectory(file.resolveSibling("with-messages"));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (editorFails.isPresent()) {
        throw editorFails.get();
      }
    }
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session session =
        new Session(
            new Session.Console(InputStream.nullInputStream(), outStream, errStream),
            new Settings(directory, directory, Optional.empty(), false),
            () -> TestingFiles.KINDS,
            new Host(),
            InstantSource.system());
    return new Cli(new Verbs(), () -> session, outStream, errStream).run(List.of(arguments));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void assertFile(String app, String other) {
    assertThat(directory.resolve("all.yaml")).content().isEqualTo(app + "---\n" + other);
  }

  @Test
  void setsParametersAndFieldsInOneEdit() {
    assertThat(
            run(
                "config",
                "set",
                "app",
                "work_mem=8MB",
                "jit=on",
                "network.port=5433",
                "spec.version=16",
                "pg_stat_statements.max=100",
                "extensions=[{name: pgcrypto}]"))
        .as(complained())
        .isEqualTo(Cli.OK);

    assertFile(
        MANIFEST
                .replace("\"17\"", "\"16\"")
                .replace(
                    "'off'\n", "'on'\n    work_mem: 8MB\n    pg_stat_statements.max: \"100\"\n")
            + "  network:\n    port: 5433\n  extensions:\n    - name: pgcrypto\n",
        OTHER);
    assertThat(printed())
        .contains("postgresqlinstance/app configured in all.yaml", "No daemon runs");
    assertThat(run("config", "set", "app", "work_mem=8MB")).isEqualTo(Cli.OK);
    assertThat(printed()).isEqualTo("postgresqlinstance/app unchanged in all.yaml\n");
  }

  @Test
  void unsetsFieldsWithWhatIsLeftEmptyOfThem() {
    assertThat(run("config", "unset", "pg/app", "jit")).isEqualTo(Cli.OK);
    assertThat(directory.resolve("all.yaml"))
        .content()
        .startsWith(MANIFEST.substring(0, MANIFEST.indexOf("  parameters:")) + "---\n");
    assertThat(run("config", "unset", "app", "work_mem", "network")).isEqualTo(Cli.OK);
    assertThat(printed()).contains("unchanged");
  }

  @Test
  void namesTheNearestFieldAndWritesNothing() {
    Map.of(
            "netwrok.port=1",
                "did you mean 'network'? For a parameter of that name write parameters.netwrok.port",
            "network.prot=1",
                "PostgreSQLInstance has no field 'spec.network.prot'; did you mean 'port'?",
            "spec.work_mem=1", "has no field 'spec.work_mem'",
            "network=1", "spec.network is a mapping: set its fields, such as spec.network.",
            "version.x=1", "spec.version of PostgreSQLInstance has no fields below it",
            "extensions[0].name=x",
                "spec.extensions is a list, which is set as a whole: 'extensions=[…]'",
            "extensions=app", "is a list, and 'app' is none; write it as '[a, b]'",
            "extensions=[", "is a list, and '[' is none: no valid YAML",
            "work_mem", "has no value: write FIELD=VALUE")
        .forEach(
            (change, message) -> {
              assertThat(run("config", "set", "app", change)).as(change).isEqualTo(Cli.USAGE);
              assertThat(complained()).contains(message);
            });
    assertThat(run("config", "set", "app", "jit=on", "parameters.jit=on")).isEqualTo(Cli.USAGE);
    assertThat(complained()).contains("spec.parameters.jit is named twice");
    assertThat(run("config", "unset", "app", "jit=on")).isEqualTo(Cli.USAGE);
    assertThat(run("config", "set", "nobody", "jit=on")).isEqualTo(Cli.USAGE);
    assertThat(complained()).contains("there is no 'nobody'");
    assertThat(run("config", "set", "br/pr-1", "netwrok=1")).isEqualTo(Cli.USAGE);
    assertFile(MANIFEST, OTHER);
  }

  @Test
  void aValueThatDoesNotFitIsRefusedWithItsPlace() {
    assertThat(run("config", "set", "app", "network.port=many", "work_mem=8MB"))
        .isEqualTo(Cli.FAILED);
    assertThat(complained())
        .contains("all.yaml:", "spec.network.port: must be a whole number", "but is many");
    assertFile(MANIFEST, OTHER);
  }

  @Test
  void labelsAndAnnotatesAsKubectlDoes() {
    assertThat(run("label", "br", "pr-1", "team=b", "tier=test")).isEqualTo(Cli.FAILED);
    assertThat(complained())
        .contains("branch/pr-1: 'team' already has a value (a), and --overwrite is not given");
    assertFile(MANIFEST, OTHER);

    assertThat(run("label", "br/pr-1", "team=b", "tier=test", "none-", "--overwrite"))
        .isEqualTo(Cli.OK);
    assertThat(printed()).contains("branch/pr-1 labeled in all.yaml");
    assertThat(complained()).contains("branch/pr-1 has no 'none'");
    assertFile(MANIFEST, OTHER.replace("{team: a}", "{team: b, tier: test}"));

    assertThat(run("label", "br/pr-1", "team-", "tier-")).isEqualTo(Cli.OK);
    assertFile(MANIFEST, OTHER.replace(", labels: {team: a}", ""));

    assertThat(run("annotate", "pg", "app", "example.com/why=because it: is # so"))
        .isEqualTo(Cli.OK);
    assertFile(
        MANIFEST.replace(
            "name: app\n",
            "name: app\n  annotations:\n    \"example.com/why\": \"because it: is # so\"\n"
                .replace("\"example.com/why\"", "example.com/why")),
        OTHER.replace(", labels: {team: a}", ""));

    assertThat(run("label", "pg/app", "team=a b")).isEqualTo(Cli.FAILED);
    assertThat(complained()).contains("no valid value of a label");
    assertThat(run("label", "pg/app", "a=1", "a-")).isEqualTo(Cli.USAGE);
    assertThat(run("label", "pg/app")).isEqualTo(Cli.USAGE);
    assertThat(run("label", "pg/none", "a=b")).isEqualTo(Cli.FAILED);
  }

  @Test
  void aPauseAndAResumeLeaveTheFileAsItWas() {
    assertThat(run("pause", "--all")).isEqualTo(Cli.OK);
    assertFile(
        MANIFEST.replace(
            "name: app\n", "name: app\n  annotations:\n    pglet.dev/paused: \"true\"\n"),
        OTHER.replace("{team: a}}", "{team: a}, annotations: {\"pglet.dev/paused\": \"true\"}}"));
    assertThat(run("pause", "app")).isEqualTo(Cli.OK);
    assertThat(printed()).isEqualTo("postgresqlinstance/app unchanged in all.yaml\n");
    assertThat(run("resume", "app", "br/pr-1")).isEqualTo(Cli.OK);
    assertFile(MANIFEST, OTHER);
  }

  @Test
  void editsADocumentWithItsCommentsAndReplacesItInItsFile() {
    sittings.add(text -> text.replace("for now", "for ever").replace("17", "16"));
    assertThat(run("edit", "pg", "app")).isEqualTo(Cli.OK);
    assertThat(opened).containsExactly(MANIFEST);
    assertFile(MANIFEST.replace("for now", "for ever").replace("17", "16"), OTHER);

    sittings.add(text -> text);
    assertThat(run("edit", "br/pr-1")).isEqualTo(Cli.OK);
    assertThat(printed()).isEqualTo("Edit cancelled, no changes made.\n");
    sittings.add(_ -> "\n");
    assertThat(run("edit", "pr-1")).isEqualTo(Cli.OK);
    assertThat(opened.getLast()).isEqualTo(OTHER);
  }

  @Test
  void aMistakeOpensTheEditorAgainWithTheMessageAboveTheText() {
    sittings.add(text -> text.replace("parameters:", "paramaters:"));
    sittings.add(text -> text.replace("paramaters:", "parameters: # ours"));
    assertThat(run("edit", "app")).isEqualTo(Cli.OK);

    String again = opened.get(1);
    Matcher place = Pattern.compile("#pglet# line ([0-9]+):3: (.*)\n").matcher(again);
    assertThat(place.find()).as(again).isTrue();
    assertThat(place.group(2))
        .isEqualTo("spec.paramaters: unknown field; did you mean \"parameters\"?");
    assertThat(again.lines().toList().get(Integer.parseInt(place.group(1)) - 1))
        .isEqualTo("  paramaters:");
    assertFile(MANIFEST.replace("parameters:", "parameters: # ours"), OTHER);
  }

  @Test
  void whoLeavesAMistakeGivesUpAndKeepsTheirText() throws IOException {
    sittings.add(text -> text.replace("name: app", "name: other"));
    sittings.add(text -> text);
    assertThat(run("edit", "app")).isEqualTo(Cli.FAILED);
    assertThat(opened.get(1)).contains("it is about [postgresqlinstance/other], not");
    assertThat(Files.readString(keptText())).endsWith(MANIFEST.replace("name: app", "name: other"));
    assertFile(MANIFEST, OTHER);
  }

  @Test
  void aChangeThatSomebodyMakesMeanwhileIsNotOverwritten() throws IOException {
    sittings.add(
        text -> {
          try {
            files.patch(APP, MergePatch.putting(FieldPath.of("spec", "desiredState"), "Stopped"));
          } catch (dev.pglet.reconcile.ReconcileException e) {
            throw new AssertionError(e);
          }
          return text.replace("17", "16");
        });
    assertThat(run("edit", "app")).isEqualTo(Cli.FAILED);
    assertThat(complained()).contains("was changed");
    assertThat(keptText()).content().isEqualTo(MANIFEST.replace("17", "16"));
    assertFile(MANIFEST + "  desiredState: Stopped\n", OTHER);
  }

  @Test
  void whatWasSavedBeforeTheEditorFailedIsKept() throws IOException {
    editorFails = Optional.of(new Refused("EditorFailed", "it fell over", ""));
    sittings.add(text -> text.replace("17", "16"));
    assertThat(run("edit", "app")).isEqualTo(Cli.FAILED);
    assertThat(keptText()).content().isEqualTo(MANIFEST.replace("17", "16"));
    sittings.add(text -> text);
    assertThat(run("edit", "app")).isEqualTo(Cli.FAILED);
    assertThat(complained()).contains("it fell over").doesNotContain("is in /");
    assertFile(MANIFEST, OTHER);
  }

  @Test
  void whatWasSavedInAnotherEncodingIsKept() throws IOException {
    encoding = StandardCharsets.ISO_8859_1;
    sittings.add(text -> text.replace("spec:", "spec: # caf\u00e9"));
    assertThat(run("edit", "app")).isEqualTo(Cli.FAILED);
    assertThat(complained()).contains("another encoding than UTF-8", "pglet apply -f /");
    Matcher path = Pattern.compile("apply -f (/\\S+\\.yaml)").matcher(complained());
    assertThat(path.find()).isTrue();
    Path kept = Path.of(path.group(1));
    assertThat(Files.readString(kept, encoding)).contains("caf\u00e9");
    Files.delete(kept);
    Files.delete(kept.getParent());
    assertFile(MANIFEST, OTHER);
  }

  /** The place for the copy is full, or whatever keeps it from being written again. */
  @Test
  void whatWasSavedIsKeptWhenNothingCanBeWrittenAboveIt() throws IOException {
    full = true;
    sittings.add(text -> text.replace("parameters:", "paramaters:"));
    assertThat(run("edit", "app")).isEqualTo(Cli.FAILED);
    Matcher path = Pattern.compile("kept in (/\\S+\\.yaml)").matcher(complained());
    assertThat(path.find()).as(complained()).isTrue();
    Path kept = Path.of(path.group(1));
    assertThat(kept).content().isEqualTo(MANIFEST.replace("parameters:", "paramaters:"));
    Files.delete(kept);
    Files.delete(kept.resolveSibling("with-messages"));
    Files.delete(kept.getParent());
    assertFile(MANIFEST, OTHER);
  }

  @Test
  void whatWasSavedIsKeptWhenPgletItselfIsBroken() throws IOException {
    files.breakWith(new IllegalStateException("a defect"));
    sittings.add(text -> text.replace("17", "16"));
    assertThatThrownBy(() -> run("edit", "app")).hasMessage("a defect");
    assertThat(keptText()).content().isEqualTo(MANIFEST.replace("17", "16"));
    assertFile(MANIFEST, OTHER);
  }

  private Path keptText() throws IOException {
    Matcher path = Pattern.compile("is in (/\\S+\\.yaml)").matcher(complained());
    assertThat(path.find()).as(complained()).isTrue();
    Path kept = Path.of(path.group(1));
    Path mine = Files.move(kept, directory.resolve("kept"));
    Files.delete(kept.getParent());
    return mine;
  }

  @Test
  void theEditorOfTheEnvironmentMayHaveArguments() throws Exception {
    Path file = Files.writeString(directory.resolve("a file.yaml"), "version: 17\n");
    new EditorProcess(Map.of("VISUAL", "sed -i s/17/16/", "EDITOR", "false")).edit(file);
    assertThat(file).content().isEqualTo("version: 16\n");
    assertThatThrownBy(() -> new EditorProcess(Map.of("EDITOR", "exit 3 #")).edit(file))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("ended with 3, so nothing was changed");
  }
}
