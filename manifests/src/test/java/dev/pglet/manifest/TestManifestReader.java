package dev.pglet.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.BranchSpec;
import dev.pglet.api.v1alpha1.DesiredState;
import dev.pglet.api.v1alpha1.NetworkSpec;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestManifestReader {
  private static final Path FILE = Path.of("/etc/pglet/manifests/orders.yaml");
  private static final ManifestReader READER = new ManifestReader(Manifests.KINDS);

  @Test
  void bindsEveryFieldFromTheTextOfTheFile() {
    PostgreSQLInstanceSpec spec =
        (PostgreSQLInstanceSpec)
            only("""
                    apiVersion: v1
                    kind: PostgreSQLInstance
                    metadata: {name: orders, labels: {team: billing}, annotations: {pglet.dev/paused: "true"}}
                    spec:
                      version: 17
                      desiredState: Stopped
                      network: {port: 5433, maxConnections: null}
                      database: {name: orders, locale: en_US.UTF-8}
                      parameters:
                        fsync: off
                        unix_socket_permissions: 0700
                        work_mem: 1_000
                        random_page_cost: 1.10
                        log_line_prefix: '%m '
                        jit: true
                        pg_stat_statements.max: 0x10
                        search_path: ""
                      extensions:
                        - name: pgcrypto
                    """)
                .resource()
                .getSpec();
    assertThat(spec.version()).isEqualTo("17");
    assertThat(spec.desiredState()).isEqualTo(DesiredState.Stopped);
    assertThat(spec.network()).isEqualTo(new NetworkSpec(5433, "127.0.0.1", null));
    assertThat(spec.parameters())
        .containsEntry("fsync", "off")
        .containsEntry("unix_socket_permissions", "0700")
        .containsEntry("work_mem", "1_000")
        .containsEntry("random_page_cost", "1.10")
        .containsEntry("log_line_prefix", "%m ")
        .containsEntry("jit", "true")
        .containsEntry("pg_stat_statements.max", "0x10")
        .containsEntry("search_path", "");
    assertThat(spec.parameters()).extractingFromEntries(Map.Entry::getKey).startsWith("fsync");
    assertThat(spec.extensions()).extracting("name").containsExactly("pgcrypto");
  }

  @Test
  void readsMetadataAndTheDefaultNamespace() {
    Manifest manifest =
        only(
            Manifests.instance("orders")
                .replace("name: orders", "name: orders\n  uid: mine\n  generation: 7"));
    assertThat(manifest.key()).isEqualTo(ResourceKey.of("PostgreSQLInstance", "orders"));
    assertThat(manifest.resource().getMetadata().getNamespace()).isEqualTo("default");
    assertThat(manifest.resource().getMetadata().getUid()).isNull();
    assertThat(manifest.resource().getMetadata().getGeneration()).isNull();
  }

  @Test
  void neverBindsOrChecksTheStatusThatAUserWrote() {
    Manifest manifest =
        only(
            Manifests.instance("orders")
                + "status: {state: running, pid: 1, health: {checks: [{name: x}]}}\n");
    assertThat(manifest.resource().getStatus()).isNull();
    assertThat(manifest.text()).contains("state: running");
  }

  @Test
  void readsAllDocumentsAndIgnoresEmptyOnes() {
    List<Manifest> manifests =
        read("# header\n---\n"
                + Manifests.instance("a")
                + "---\n# none\n---\n"
                + Manifests.branch("b", "a")
                + "...\n")
            .manifests();
    assertThat(manifests)
        .extracting(manifest -> manifest.key().toString())
        .containsExactly("postgresqlinstance/a", "branch/b");
    assertThat(manifests).extracting(Manifest::document).containsExactly(0, 2);
    assertThat(manifests.getFirst().text()).isEqualTo("\n" + Manifests.instance("a"));
    assertThat(((BranchSpec) manifests.getLast().resource().getSpec()).source().instance())
        .isEqualTo("a");
  }

  @Test
  void aTextOfCommentsOnlyHasNoManifestsAndNoProblems() {
    assertThat(read("# nothing\n"))
        .isEqualTo(new ManifestReader.Content(List.of(), List.of(), Set.of()));
    assertThat(read("").problems()).isEmpty();
  }

  @Test
  void specsThatSayTheSameHaveTheSameHash() {
    String written =
        Manifests.instance("a")
            + "  parameters:\n    fsync: off\n    jit: \"on\"\n  network: {port: 5433}\n";
    String otherwise =
        """
        # a comment
        kind: PostgreSQLInstance
        apiVersion: v1
        metadata: {name: a, labels: {x: y}}
        status: {phase: Running}
        spec:
          network:
            port: 5433   # here
            bindAddress:
          parameters: {jit: on, fsync: 'off'}
          version: 17
        """;
    assertThat(only(otherwise).specHash()).isEqualTo(only(written).specHash()).hasSize(64);
    assertThat(only(written.replace("5433", "5434")).specHash())
        .isNotEqualTo(only(written).specHash());
  }

  @Test
  void knowsWhereEachFieldIs() {
    Manifest manifest =
        only(
            Manifests.instance("a")
                + "  extensions:\n    - name: pgcrypto\n    - {name: hstore}\n");
    assertThat(manifest.problem("spec.version", "x")).hasToString(FILE + ":6:3: spec.version: x");
    assertThat(manifest.problem("spec.extensions[1].name", "x").line()).isEqualTo(9);
    assertThat(manifest.problem("spec.network.port", "x").line()).isEqualTo(5);
  }

  @Test
  void aNameMayHave63CharactersButNot64() {
    assertThat(only(Manifests.instance("a".repeat(63))).key().name()).hasSize(63);
    assertThat(problem(Manifests.instance("a".repeat(64))))
        .startsWith(FILE + ":4:9: metadata.name: ")
        .contains("(64 characters)", "1 to 63 lower-case letters, digits and hyphens");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Orders", "-a", "a-", "a_b", "a.b", "\"\"", "ä"})
  void refusesOtherNames(String name) {
    assertThat(problem(Manifests.instance(name))).contains("metadata.name", "is no name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spec: {vresion: "17"}             | 5:8: spec.vresion: unknown field; did you mean "version"?
          spec: {network: {prot: 1}}        | spec.network.prot: unknown field; did you mean "port"?
          spec: {extensions: [{nme: x}]}    | spec.extensions[0].nme: unknown field; did you mean "name"?
          spec: {zzzzzzzz: 1}               | unknown field; remove it or use one of: bootstrap, database, databases, deletionPolicy
          spec: {extensions: [{}]}          | 5:21: spec.extensions[0]: the field "name" is missing; add it
          spec: {network: {port: 70000}}    | spec.network.port: must be at most 65535, but is 70000
          spec: {network: {port: -1}}       | must be at least 0, but is -1
          spec: {network: {port: "5433"}}   | must be a whole number in plain digits without quotes, such as 700, but is "5433"
          spec: {network: {port: 0700}}     | must be a whole number in plain digits without quotes, such as 700, but is 0700
          spec: {network: {port: 54.5}}     | must be a whole number
          spec: {network: [1]}              | must be a mapping (lines of "key: value"), but is a list
          spec: {extensions: {name: x}}     | must be a list (lines that begin with "- "), but is a mapping
          spec: {desiredState: running}     | must be one of Fenced, Running, Stopped, but is "running"
          spec: {desiredState: true}        | must be text; write it in quotes: "true"
          spec: {version: 17.6}             | must be text; write it in quotes: "17.6"
          spec: {version: 017}              | must be text; write it in quotes: "017"
          spec: {version: "seventeen"}      | must match ^[0-9]{2}
          spec: {version: 170}              | must match ^[0-9]{2}
          spec: {parameters: {a: {b: c}}}   | spec.parameters.a: must be a string, a number or a boolean, but is a mapping
          spec: {parameters: {a: [b]}}      | must be a string, a number or a boolean, but is a list
          spec: {parameters: {a: }}         | must be a string, a number or a boolean, but is empty; write "" for the empty string
          spec: {database: {name: 12}}      | must be text; write it in quotes: "12"
          spec: [1]                         | 5:1: spec: must be a mapping
          spec: {}                          | ''
          """)
  void saysWhatIsWrongWithASpecWhereAndWhatIsAllowed(String spec, String message) {
    String text =
        "apiVersion: pglet.dev/v1alpha1\nkind: PostgreSQLInstance\nmetadata:\n  name: a\n" + spec;
    assertThat(String.join("\n", read(text).problems().stream().map(Problem::toString).toList()))
        .contains(message);
    assertThat(read(text).problems().isEmpty()).isEqualTo(message.isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kind: PostgreSQLInstance  | kind: PostgresSQLInstance | 2:1: kind: unknown kind "PostgresSQLInstance"; did you mean "PostgreSQLInstance"?
          kind: PostgreSQLInstance  | kind: Pod                 | use one of: Branch, Configuration, HostConfiguration, PostgreSQLInstance, Template
          kind: PostgreSQLInstance  | kind:                     | 2:1: kind: missing or no text; write such as kind: PostgreSQLInstance
          pglet.dev/v1alpha1        | pglet.dev/v2              | 1:1: apiVersion: PostgreSQLInstance is not served as "pglet.dev/v2"; write apiVersion: pglet.dev/v1alpha1
          name: a                   | nam: a                    | metadata.nam: unknown field; did you mean "name"?
          name: a                   | labels: {x: true}         | metadata.labels.x: must be text; write it in quotes: "true"
          name: a                   | name: 12                  | metadata.name: must be text; write it in quotes: "12"
          name: a                   | labels: {x: "a b"}        | no valid value of a label
          name: a                   | finalizers: []            | metadata.finalizers: unknown field
          spec:                     | spce:                     | 5:1: spce: unknown field; did you mean "spec"?
          name: a                   | name: &x a                | 4:9: metadata.name: the anchor &x is not supported; write the value out
          name: a                   | name: !!str a             | the tag tag:yaml.org,2002:str is not supported; remove it
          name: a                   | name: *x                  | the alias *x is not supported
          name: a                   | <<: {name: a}             | the merge key << is not supported
          version: "17"             | ? {a: b}                  | a key must be a plain word
          version: "17"             | version: "16"\\n  version: "17" | 7:3: spec.version: duplicate key: it stands at line 6 already; remove one of the two
          """)
  void refusesWhatIsMistypedOrAmbiguous(String good, String bad, String message) {
    String text = Manifests.instance("a").replace(good, bad.replace("\\n", "\n"));
    assertThat(String.join("\n", read(text).problems().stream().map(Problem::toString).toList()))
        .contains(message);
    assertThat(read(text).manifests()).isEmpty();
  }

  @Test
  void aBranchNeedsItsSource() {
    assertThat(problem("apiVersion: pglet.dev/v1alpha1\nkind: Branch\nmetadata: {name: b}\n"))
        .contains("spec: the field \"source\" is missing; add it");
  }

  @Test
  void reportsEveryProblemOfAFileAndTakesItsGoodDocuments() {
    ManifestReader.Content content =
        read(
            Manifests.instance("a")
                + "  desiredState: on\n  prot: 1\n---\n"
                + Manifests.instance("b")
                + "---\n"
                + Manifests.branch("B", "a"));
    assertThat(content.problems()).extracting(Problem::line).containsExactly(7, 8, 20);
    assertThat(content.manifests())
        .extracting(manifest -> manifest.key().name())
        .containsExactly("b");
    assertThat(content.rejectedKeys())
        .containsExactlyInAnyOrder(
            ResourceKey.of("PostgreSQLInstance", "a"), ResourceKey.of("Branch", "B"));
    assertThatThrownBy(content::orThrow)
        .isInstanceOf(ManifestRejected.class)
        .hasMessageContaining(":7:3: spec.desiredState: must be one of");
  }

  @Test
  void brokenYamlRejectsTheWholeTextAndNamesThePlace() {
    ManifestReader.Content content =
        read(Manifests.instance("a") + "---\n" + Manifests.instance("b") + "\tx: y\n");
    assertThat(content.manifests()).isEmpty();
    assertThat(content.rejectedKeys()).contains(ResourceKey.of("PostgreSQLInstance", "a"));
    assertThat(content.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.line()).isEqualTo(14);
              assertThat(problem.message()).startsWith("no valid YAML: ").contains("tab");
            });
  }

  @Test
  void refusesWhatIsNotUtf8TooLargeOrTooDeep() {
    assertThat(READER.read(FILE, "a: \u00e9".getBytes(StandardCharsets.ISO_8859_1)).problems())
        .singleElement()
        .hasToString(
            FILE + ":1:4: the byte 0xE9 is not valid UTF-8; save the file in the encoding UTF-8");
    assertThat(READER.read(FILE, new byte[(1 << 20) + 1]).problems())
        .singleElement()
        .asString()
        .contains("larger than 1 MiB");
    assertThat(problem("a: " + "[".repeat(100_000))).contains("more than 64 levels deep");
    assertThat(problem("a: \u0007")).contains("U+0007");
    assertThat(problem("a: 1\n\uFEFFb: 2")).contains(":2:1: a byte order mark");
  }

  @Test
  void refusesOtherEncodingsAndBinaryFilesByTheirName() {
    for (Charset utf16 : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertThat(READER.read(FILE, ("\uFEFF" + Manifests.instance("a")).getBytes(utf16)).problems())
          .singleElement()
          .hasToString(FILE + ":1:1: the file is in UTF-16; save it in the encoding UTF-8");
    }
    assertThat(
            READER
                .read(FILE, Manifests.instance("a").getBytes(StandardCharsets.UTF_16LE))
                .problems())
        .singleElement()
        .asString()
        .contains(":1:2: a zero byte: the file is binary, in UTF-16, or was cut off");
    assertThat(problem("\0".repeat(4096))).contains(":1:1: a zero byte");
  }

  @Test
  void namesTheLinesOfMergeConflictMarkers() {
    String ours = Manifests.instance("a") + "  desiredState: Running\n";
    String theirs = ours.replace("Running", "Stopped");
    String conflict =
        Manifests.instance("a")
            + "<<<<<<< HEAD\n  desiredState: Running\n||||||| base\n=======\n"
            + "  desiredState: Stopped\n>>>>>>> other\n";
    for (String text : List.of(conflict, conflict.replace("\n", "\r\n"))) {
      ManifestReader.Content content = read(text);
      assertThat(content.manifests()).isEmpty();
      assertThat(content.problems())
          .singleElement()
          .hasToString(
              FILE
                  + ":7:1: merge conflict markers at line 7 to 12 (\"<<<<<<< HEAD\"); keep one of the"
                  + " two sides, and remove the lines of <, =, > and |");
    }
    assertThat(problem(ours + "---\n" + theirs + ">>>>>>> other\n"))
        .contains("merge conflict markers at line 16 (");
    assertThat(read(ours + "---\n" + theirs.replace("a\n", "b\n") + ">>>>>>> x\n").rejectedKeys())
        .as("whom the file is about, as far as it can be read")
        .contains(ResourceKey.of("PostgreSQLInstance", "a"));
    assertThat(problem("a: \"\n<<<<<<< HEAD\n\"\n")).as("even where it is YAML").contains("merge");
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void aBombIsRefusedBeforeItIsUnfolded() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [%s*a%d]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(8), i - 1));
    }
    assertThat(read(bomb.toString()).problems())
        .extracting(Problem::message)
        .contains("the anchor &a39 is not supported; write the value out");
    assertThat(problem("a:\n" + "- ".repeat(1000))).contains("more than 64 levels deep");
    assertThat(problem("? ".repeat(1000))).contains("more than 64 levels deep");
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      deep.append(" ".repeat(i)).append("a:\n");
    }
    assertThat(problem(deep.toString())).contains(":64:64: nested more than 64 levels deep");
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void readsNoMoreOfADeviceOrAPipeThanAManifestMayHave() throws IOException {
    assertThat(READER.readFile(Path.of("/dev/zero")).problems())
        .singleElement()
        .asString()
        .contains("larger than 1 MiB");
    assertThat(READER.readFile(Path.of("/dev/null")).problems()).isEmpty();
  }

  @Test
  void acceptsAByteOrderMarkAndCarriageReturns() {
    Manifest manifest = only("\uFEFF" + Manifests.instance("a").replace("\n", "\r\n"));
    assertThat(manifest.key().name()).isEqualTo("a");
    assertThat(manifest.problem("spec.version", "x").line()).isEqualTo(6);
  }

  @Test
  void aManifestMustBeAMapping() {
    assertThat(problem("just text")).contains(":1:1: a manifest must be a mapping");
    assertThat(problem("- a")).contains("a manifest must be a mapping");
  }

  private static ManifestReader.Content read(String text) {
    return READER.read(FILE, text);
  }

  private static Manifest only(String text) {
    ManifestReader.Content content = read(text);
    assertThat(content.problems()).isEmpty();
    assertThat(content.manifests()).hasSize(1);
    return content.manifests().getFirst();
  }

  private static String problem(String text) {
    assertThat(read(text).problems()).hasSize(1);
    return read(text).problems().getFirst().toString();
  }
}
