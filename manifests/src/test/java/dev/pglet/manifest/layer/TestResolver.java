package dev.pglet.manifest.layer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.api.v1alpha1.PostgreSQLInstance;
import dev.pglet.api.v1alpha1.PostgreSQLInstanceSpec;
import dev.pglet.api.v1alpha1.Template;
import dev.pglet.manifest.Manifest;
import dev.pglet.manifest.ManifestReader;
import dev.pglet.manifest.ManifestRejected;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.layer.Resolution.Resolved;
import dev.pglet.manifest.layer.Resolution.Unresolved;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specs from host configuration, templates and the document itself. */
final class TestResolver {
  private static final KindRegistry KINDS =
      new KindRegistry(
          List.of(
              PostgreSQLInstance.definition(),
              CrdDefinition.of(Branch.class),
              Template.definition(),
              HostConfiguration.definition()));
  private static final ManifestReader READER = new ManifestReader(KINDS);
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PGLET_VAR_ZONE", "Europe/Berlin", "PGLET_VAR_MAX", "77", "HOME", "/root");
  private static final Resolver RESOLVER =
      requireNonNull(Resolver.of(KINDS, ENVIRONMENT::get).get(PostgreSQLInstance.KIND));

  private static final String HOST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: HostConfiguration
      metadata: {name: host}
      spec:
        defaultVersion: 17
        instanceDefaults:
          network:
            maxConnections: 40
          parameters:
            work_mem: 2MB
            log_statement: none
            fsync: off
      """;
  private static final String SMALL =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Template
      metadata: {name: small}
      spec:
        parameters:
          work_mem: 3MB
          shared_buffers: 32MB
        extensions:
          - name: pgcrypto
          - name: hstore
      """;
  private static final String TINY =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Template
      metadata: {name: tiny}
      spec:
        extends: small
        parameters:
          shared_buffers: 16MB
      """;

  @Test
  void eachValueComesFromTheStrongestThatWritesIt() throws ManifestRejected {
    Manifest app =
        resolved(
            instance("app", "template: tiny", "parameters: {log_statement: all}"),
            HOST,
            SMALL,
            TINY);
    PostgreSQLInstanceSpec spec = spec(app);
    assertThat(spec.version()).isEqualTo("17");
    assertThat(spec.network().maxConnections()).isEqualTo(40);
    assertThat(spec.network().port()).isZero();
    assertThat(spec.parameters())
        .containsOnly(
            Map.entry("log_statement", "all"),
            Map.entry("shared_buffers", "16MB"),
            Map.entry("work_mem", "3MB"),
            Map.entry("fsync", "off"));
  }

  @ParameterizedTest
  @CsvSource({
    "spec.version, host configuration host (0.yaml:5:3)",
    "spec.network.maxConnections, host configuration host (0.yaml:8:7)",
    "spec.parameters.fsync, host configuration host (0.yaml:12:7)",
    "spec.parameters.work_mem, template small (1.yaml:6:5)",
    "spec.parameters.shared_buffers, template tiny (2.yaml:7:5)",
    "spec.extensions[1].name, template small (1.yaml:10:7)"
  })
  void everyInheritedValueKnowsWhereItWasWritten(String field, String origin)
      throws ManifestRejected {
    Manifest app =
        resolved(
            instance("app", "template: tiny", "parameters: {log_statement: all}"),
            HOST,
            SMALL,
            TINY);
    assertThat(app.positions().origin(field)).map(Object::toString).contains(origin);
    assertThat(app.positions().origin("spec.parameters.log_statement")).isEmpty();
    assertThat(app.positions().origin("spec.network.port")).isNotEmpty();
    assertThat(app.layers())
        .containsExactly(
            ResourceKey.of("Template", "tiny"),
            ResourceKey.of("Template", "small"),
            ResourceKey.of("HostConfiguration", "host"));
  }

  @Test
  void aListIsReplacedAsAWhole() throws ManifestRejected {
    Manifest app =
        resolved(instance("app", "template: small", "extensions: [{name: citext}]"), SMALL);
    assertThat(spec(app).extensions()).extracting("name").containsExactly("citext");
    assertThat(app.positions().origin("spec.extensions[0].name")).isEmpty();
  }

  @Test
  void aFieldWithoutAValueIsLeftToTheWeakerOnes() throws ManifestRejected {
    Manifest app = resolved(instance("app", "template: small", "parameters:"), SMALL);
    assertThat(spec(app).parameters()).containsEntry("work_mem", "3MB");
  }

  @Test
  void aDocumentOnItsOwnIsWhatItWas() throws ManifestRejected {
    Manifest raw = instance("app", "version: 16", "parameters: {work_mem: 5MB}");
    assertThat(RESOLVER.resolve(raw, layers(List.of()), Optional.empty()))
        .isEqualTo(new Resolved(raw));
    Manifest built = resolved(instance("app", "template: tiny"), SMALL, TINY);
    assertThat(built.text()).isEqualTo(instance("app", "template: tiny").text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"development", "testing", "staging", "production"})
  void theBuiltInTemplatesAreValidAndSayWhereTheyAre(String name) throws ManifestRejected {
    Manifest app = resolved(instance("app", "template: " + name));
    assertThat(spec(app).parameters()).containsKey("log_lock_waits");
    assertThat(app.positions().origin("spec.parameters.log_lock_waits").orElseThrow().toString())
        .startsWith("built-in template ")
        .contains("(built-in/");
  }

  @Test
  void aTemplateMayNotTakeTheNameOfABuiltInOne() throws ManifestRejected {
    Manifest mine = read("9.yaml", SMALL.replace("small", "staging"));
    assertThat(requireNonNull(layers(List.of(mine)).refused().get(mine.key())).toString())
        .isEqualTo(
            "9.yaml:3:12: metadata.name: staging is the name of a built-in template; choose another"
                + " name, and write spec.extends: staging to build on it");
  }

  @Test
  void templatesThatBuildOnEachOtherInACircleAreNamed() throws ManifestRejected {
    assertThat(
            problems(
                instance("app", "template: tiny"),
                SMALL.replace("spec:", "spec:\n  extends: tiny"),
                TINY))
        .containsExactly(
            "0.yaml:5:3: spec.extends: for postgresqlinstance/app: the templates build on each"
                + " other in a circle: tiny → small → tiny; remove one extends");
  }

  @Test
  void aMissingTemplateIsNamedWhereItIsAskedFor() throws ManifestRejected {
    assertThat(problems(instance("app", "template: tyni"), SMALL))
        .containsExactly(
            "app.yaml:5:3: spec.template: there is no Template tyni in namespace default; there is:"
                + " development, production, small, staging, testing");
    assertThat(problems(instance("app", "template: tiny"), TINY))
        .containsExactly(
            "0.yaml:5:3: spec.extends: for postgresqlinstance/app: there is no Template small in"
                + " namespace default; there is: development, production, staging, testing, tiny");
  }

  @Test
  void aTemplateOfAnotherNamespaceIsNotSeen() throws ManifestRejected {
    assertThat(
            problems(
                instance("app", "template: small"),
                SMALL.replace("name: small", "name: small, namespace: other")))
        .singleElement()
        .asString()
        .contains("there is no Template small in namespace default");
  }

  @Test
  void placeholdersAreReplacedInTemplatesAndDefaultsOnly() throws ManifestRejected {
    Manifest app =
        resolved(
            instance(
                "app",
                "template: named",
                "network: {port: 5600}",
                "parameters: {application_name: \"${name}\"}"),
            """
            apiVersion: pglet.dev/v1alpha1
            kind: Template
            metadata: {name: named}
            spec:
              database:
                timezone: ${env:PGLET_VAR_ZONE}
              network:
                maxConnections: ${env:PGLET_VAR_MAX}
              parameters:
                log_line_prefix: "${namespace}/${name}:${port} $${x} "
            """);
    assertThat(spec(app).database().timezone()).isEqualTo("Europe/Berlin");
    assertThat(spec(app).network().maxConnections()).isEqualTo(77);
    assertThat(spec(app).parameters())
        .containsEntry("log_line_prefix", "default/app:5600 ${x} ")
        .containsEntry("application_name", "${name}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ${env:HOME} | ${env:HOME}: only variables that begin with PGLET_VAR_ are read; rename it
          ${env:PGLET_VAR_NO} | ${env:PGLET_VAR_NO}: the variable is not set; set it in the environment of pglet
          ${port} | ${port} is not known here: the spec does not write it; write it
          ${nmae} | ${nmae} is not known; use one of ${name}, ${namespace}, ${port}, ${env:PGLET_VAR_…}, or write $${ for ${ itself
          ${name | ${name is not closed; write a } behind it, or $${ for ${ itself
          """)
  void aPlaceholderWithoutAValueIsNamedWithItsPlace(String text, String message)
      throws ManifestRejected {
    assertThat(
            problems(
                instance("app", "template: small"),
                SMALL.replace("work_mem: 3MB", "work_mem: \"" + text + "\"")))
        .containsExactly(
            "0.yaml:6:5: spec.parameters.work_mem: for postgresqlinstance/app: " + message);
  }

  @Test
  void aReplacedTextThatDoesNotFitIsFoundWhereItWasWritten() throws ManifestRejected {
    assertThat(
            problems(
                instance("app", "template: named"),
                """
                apiVersion: pglet.dev/v1alpha1
                kind: Template
                metadata: {name: named}
                spec:
                  network:
                    maxConnections: ${name}
                """))
        .containsExactly(
            "0.yaml:6:5: spec.network.maxConnections: for postgresqlinstance/app: must be a whole"
                + " number in plain digits without quotes, such as 700, but is \"app\"");
  }

  @Test
  void aTemplateIsCheckedAsThePartOfASpecThatItIs() {
    assertThat(READER.read(Path.of("t.yaml"), SMALL.replace("parameters", "parametres")).problems())
        .singleElement()
        .asString()
        .contains("t.yaml:5:3: spec.parametres: unknown field; did you mean \"parameters\"?");
    assertThat(
            READER
                .read(Path.of("t.yaml"), SMALL.replace("name: hstore", "nmae: ${name}"))
                .problems())
        .hasSize(2);
    assertThat(
            READER
                .read(
                    Path.of("h.yaml"),
                    HOST.replace("defaultVersion: 17", "defaultVersion: ${name}"))
                .problems())
        .singleElement()
        .asString()
        .contains("spec.defaultVersion: must match");
  }

  @Test
  void theSecondHostConfigurationIsRefusedAndBothPlacesNamed() throws ManifestRejected {
    Manifest one = read("one.yaml", HOST);
    Manifest two = read("two.yaml", HOST.replace("name: host", "name: other"));
    Layers layers = RESOLVER.layers(List.of(two, one), Set.of(one.key()));
    assertThat(layers.host()).contains(one);
    assertThat(layers.refused()).containsOnlyKeys(two.key());
    assertThat(requireNonNull(layers.refused().get(two.key())).toString())
        .isEqualTo(
            "two.yaml:3:12: metadata.name: a manifest root has one HostConfiguration, but there is"
                + " also hostconfiguration/host at one.yaml:3:12. hostconfiguration/host stays in"
                + " force; remove one of them");
  }

  @Test
  void whenItIsNotKnownWhichHostConfigurationHoldsNothingIsGuessed() throws ManifestRejected {
    Manifest one = read("one.yaml", HOST);
    Manifest two = read("two.yaml", HOST.replace("name: host", "name: other"));
    Layers layers = RESOLVER.layers(List.of(two, one), Set.of());
    assertThat(layers.refused()).containsOnlyKeys(one.key(), two.key());
    assertThat(RESOLVER.resolve(instance("app"), layers, Optional.empty()))
        .isInstanceOf(Unresolved.class);
  }

  @Test
  void theNameConfigurationIsAnAlias() throws ManifestRejected {
    String alias =
        HOST.replace("kind: HostConfiguration", "kind: Configuration")
            .replace("pglet.dev/v1alpha1", "v1");
    assertThat(read("0.yaml", alias).key()).isEqualTo(ResourceKey.of("HostConfiguration", "host"));
    assertThat(spec(resolved(instance("app"), alias)).version()).isEqualTo("17");
  }

  @Test
  void whatWasDecidedWhenItWasMadeOutlastsADefault() throws ManifestRejected {
    JsonNode before = json(spec(resolved(instance("app"), HOST)));
    Manifest later =
        resolved(
            instance("app"),
            Optional.of(before),
            HOST.replace("defaultVersion: 17", "defaultVersion: 18")
                .replace("    network:", "    storage: {pool: /elsewhere}\n    network:"));
    assertThat(spec(later).version()).isEqualTo("17");
    assertThat(spec(later).storage().pool()).isNull();
    assertThat(later.specHash()).isEqualTo(resolved(instance("app"), HOST).specHash());
    assertThat(later.positions().origin("spec.version").orElseThrow().source())
        .isEqualTo("decided when it was made");
    Manifest without = resolved(instance("app"), Optional.of(before));
    assertThat(spec(without).version()).isEqualTo("17");
  }

  @Test
  void aTemplateOrTheDocumentItselfIsObeyedThatChangesWhatWasDecided() throws ManifestRejected {
    JsonNode before = json(spec(resolved(instance("app"), HOST)));
    assertThat(spec(resolved(instance("app", "version: 18"), Optional.of(before), HOST)).version())
        .isEqualTo("18");
    assertThat(
            spec(resolved(
                    instance("app", "template: small"),
                    Optional.of(before),
                    HOST,
                    SMALL.replace("spec:", "spec:\n  version: 18")))
                .version())
        .isEqualTo("18");
  }

  @Test
  void theOutcomeDependsOnNoOrderAndOnNothingResolvedBefore() throws ManifestRejected {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      List<Manifest> documents = documents(random);
      Manifest app = instance("app", "template: t" + random.nextInt(4));
      String expected = shown(app, documents);
      for (int i = 0; i < 3; i++) {
        List<Manifest> shuffled = new ArrayList<>(documents);
        Collections.shuffle(shuffled, random);
        assertThat(shown(app, shuffled)).as("seed %d, round %d", seed, round).isEqualTo(expected);
      }
    }
  }

  /** Up to four templates, some of which are missing, broken or in a circle, and perhaps a host. */
  private static List<Manifest> documents(Random random) throws ManifestRejected {
    List<Manifest> documents = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      if (random.nextInt(5) > 0) {
        String parent =
            random.nextInt(3) > 0 ? "extends: t" + random.nextInt(4) : "version: \"17\"";
        documents.add(
            read(
                "t" + i + ".yaml",
                """
                apiVersion: pglet.dev/v1alpha1
                kind: Template
                metadata: {name: t%d}
                spec:
                  %s
                  parameters: {work_mem: %dMB, a.b%d: "${%s}"}
                """
                    .formatted(i, parent, i + 1, i, random.nextInt(6) > 0 ? "name" : "nobody")));
      }
    }
    if (random.nextBoolean()) {
      documents.add(read("host.yaml", HOST));
    }
    return documents;
  }

  private static String shown(Manifest app, List<Manifest> documents) {
    return switch (RESOLVER.resolve(app, layers(documents), Optional.empty())) {
      case Resolved resolved ->
          resolved.manifest().specHash()
              + json(spec(resolved.manifest()))
              + new TreeMap<>(resolved.manifest().positions().inherited())
              + resolved.manifest().layers();
      case Unresolved unresolved -> unresolved.problems().toString();
    };
  }

  private static JsonNode json(PostgreSQLInstanceSpec spec) {
    return new ObjectMapper().valueToTree(spec);
  }

  private static PostgreSQLInstanceSpec spec(Manifest manifest) {
    return ((PostgreSQLInstance) manifest.resource()).getSpec();
  }

  private static Manifest instance(String name, String... fields) throws ManifestRejected {
    StringBuilder text =
        new StringBuilder("apiVersion: pglet.dev/v1alpha1\nkind: PostgreSQLInstance\n")
            .append("metadata: {name: " + name + "}\nspec:\n");
    Arrays.stream(fields).forEach(field -> text.append("  ").append(field).append('\n'));
    return read(name + ".yaml", text.toString());
  }

  private static Manifest read(String file, String text) throws ManifestRejected {
    return READER.read(Path.of(file), text).orThrow().getFirst();
  }

  private static Layers layers(List<Manifest> documents) {
    return RESOLVER.layers(documents, Set.of());
  }

  private static Layers layers(String... documents) throws ManifestRejected {
    List<Manifest> read = new ArrayList<>();
    for (int i = 0; i < documents.length; i++) {
      read.add(read(i + ".yaml", documents[i]));
    }
    return layers(read);
  }

  private static Manifest resolved(Manifest raw, String... documents) throws ManifestRejected {
    return resolved(raw, Optional.empty(), documents);
  }

  private static Manifest resolved(Manifest raw, Optional<JsonNode> before, String... documents)
      throws ManifestRejected {
    return switch (RESOLVER.resolve(raw, layers(documents), before)) {
      case Resolved resolved -> resolved.manifest();
      case Unresolved unresolved -> throw new AssertionError(unresolved.problems());
    };
  }

  private static List<String> problems(Manifest raw, String... documents) throws ManifestRejected {
    return switch (RESOLVER.resolve(raw, layers(documents), Optional.empty())) {
      case Resolved resolved -> throw new AssertionError(resolved.manifest());
      case Unresolved unresolved -> unresolved.problems().stream().map(Problem::toString).toList();
    };
  }
}
