package dev.pglet.it;

import static dev.pglet.host.postgres.RealPostgres.SYSTEM_MAJOR;
import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.Conditions;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.engine.Convergence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances of PostgreSQL whose specs are put together from several documents. */
final class TestTemplatesForReal {
  private static final String TEMPLATE =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: Template
      metadata:
        name: small
      spec:
        extends: development
        parameters:
          work_mem: 5MB
          log_line_prefix: "${name} %m "
      """;
  private static final String HOST =
      """
      apiVersion: pglet.dev/v1alpha1
      kind: HostConfiguration
      metadata:
        name: host
      spec:
        defaultVersion: 15
        portRange: {first: 25000, last: 25999}
        instanceDefaults:
          parameters:
            maintenance_work_mem: 20MB
      """;

  /** More of them in {@code hack/soak template}. */
  private static final int SERVERS = Integer.getInteger("pglet.template.servers", 3);

  /** What the log says of a stop and of a start, to the millisecond. */
  private static final Pattern LOGGED =
      Pattern.compile(
          "(?m)^([0-9-]+ [0-9:.]+) UTC .*(received fast shutdown request|ready to accept connections)");

  private Pglet pglet;

  @BeforeEach
  void open() throws IOException {
    pglet = new Pglet();
  }

  @AfterEach
  void close() throws Exception {
    pglet.close();
  }

  private static String instance(String name, String spec) {
    return """
        apiVersion: pglet.dev/v1alpha1
        kind: PostgreSQLInstance
        metadata:
          name: %s
        spec: {%s}
        """
        .formatted(name, spec);
  }

  @Test
  void anEditedTemplateReloadsThoseThatUseItAndNobodyElse() throws Exception {
    pglet.write("host.yaml", HOST);
    pglet.write("small.yaml", TEMPLATE);
    pglet.write("one.yaml", instance("one", "template: small"));
    pglet.write("two.yaml", instance("two", "template: small, parameters: {temp_buffers: 4MB}"));
    pglet.write("three.yaml", instance("three", "parameters: {work_mem: 5MB}"));
    pglet.converge();
    JsonNode one = pglet.instance("one");
    assertThat(one.at("/status/version").asText()).startsWith("15.");
    assertThat(one.at("/status/port").asInt()).isBetween(25000, 25999);
    try (Connection connection = connect(one)) {
      assertThat(ask(connection, "SHOW work_mem")).isEqualTo("5MB");
      assertThat(ask(connection, "SHOW maintenance_work_mem")).isEqualTo("20MB");
      assertThat(ask(connection, "SHOW max_connections")).as("of development").isEqualTo("50");
      assertThat(ask(connection, "SHOW log_line_prefix")).isEqualTo("one %m ");
    }
    long[] pids = {pid("one"), pid("two"), pid("three")};
    long three = generation("three");
    pglet.steps().forget();

    pglet.write("small.yaml", TEMPLATE.replace("5MB", "6MB"));
    pglet.converge();
    assertThat(pglet.steps().names())
        .containsExactlyInAnyOrder(
            "ApplyConfiguration", "ApplyConfiguration", "RememberGood", "RememberGood");
    assertThat(show("one", "work_mem")).isEqualTo("6MB");
    assertThat(show("two", "work_mem")).isEqualTo("6MB");
    assertThat(show("three", "work_mem")).isEqualTo("5MB");
    assertThat(new long[] {pid("one"), pid("two"), pid("three")}).isEqualTo(pids);
    assertThat(generation("three")).isEqualTo(three);
    assertThat(Files.readString(pglet.manifests().resolve("small.yaml")))
        .contains("usedBy:")
        .contains("one")
        .contains("two");
  }

  /** From when to when a server was down. */
  private record Down(String name, LocalDateTime from, LocalDateTime until) {}

  @Test
  void anEditThatRestartsAllWhoUseTheTemplateNeverHasTwoServersDownAtOnce() throws Exception {
    String template =
        TEMPLATE
            .replace("\"${name} %m \"", "\"%m \"")
            .replace("5MB", "5MB\n    max_connections: 20");
    pglet.write("small.yaml", template);
    List<String> names = IntStream.range(0, SERVERS).mapToObj(i -> "app" + i).toList();
    for (String name : names) {
      pglet.write(
          name + ".yaml",
          instance(name, "version: \"%s\", template: small, logs: null".formatted(SYSTEM_MAJOR)));
    }
    convergeAll();
    Map<String, Long> before = new TreeMap<>();
    for (String name : names) {
      before.put(name, pid(name));
    }
    pglet.steps().forget();

    pglet.write("small.yaml", template.replace("max_connections: 20", "max_connections: 21"));
    convergeAll();

    assertThat(pglet.steps().names()).filteredOn("RestartServer"::equals).hasSize(SERVERS);
    List<Down> times = new ArrayList<>();
    for (String name : names) {
      assertThat(show(name, "max_connections")).isEqualTo("21");
      assertThat(pid(name)).isNotEqualTo(before.get(name));
      times.add(down(name));
    }
    times.sort(Comparator.comparing(Down::from));
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i).from())
          .as("%s while %s was down", times.get(i), times.get(i - 1))
          .isAfterOrEqualTo(times.get(i - 1).until());
    }
  }

  private void convergeAll() throws Exception {
    pglet.engine().rescan();
    Convergence convergence =
        pglet.engine().converge(Pglet.SOON.plus(Duration.ofSeconds(10).multipliedBy(SERVERS)));
    assertThat(convergence.succeeded()).as(convergence.toString()).isTrue();
  }

  private Down down(String name) throws Exception {
    Path data = Path.of(pglet.instance(name).at("/status/dataDirectory").asText());
    List<LocalDateTime> times = new ArrayList<>();
    List<String> said = new ArrayList<>();
    Matcher log =
        LOGGED.matcher(Files.readString(data.resolveSibling("log").resolve("server.log")));
    while (log.find()) {
      times.add(LocalDateTime.parse(log.group(1).replace(' ', 'T')));
      said.add(log.group(2));
    }
    assertThat(said)
        .as(name)
        .containsExactly(
            "ready to accept connections",
            "received fast shutdown request",
            "ready to accept connections");
    return new Down(name, times.get(1), times.get(2));
  }

  @Test
  void aTemplateThatIsGoneOrBrokenLeavesTheServerAsItWas() throws Exception {
    Path template = pglet.write("small.yaml", TEMPLATE);
    pglet.write("one.yaml", instance("one", "version: \"15\", template: small"));
    pglet.converge();
    long pid = pid("one");
    pglet.steps().forget();

    Files.writeString(template, TEMPLATE.replace("${name}", "${env:PGLET_VAR_NOT_SET}"));
    Convergence broken = pglet.settle();
    assertThat(broken.succeeded()).isFalse();
    assertThat(condition("one", Conditions.STALLED))
        .isEqualTo(
            "True NotInForce the spec that was last accepted stays in force: "
                + template
                + ":9:5: spec.parameters.log_line_prefix: for postgresqlinstance/one:"
                + " ${env:PGLET_VAR_NOT_SET}: the variable is not set; set it in the environment of"
                + " pglet");
    assertThat(condition("one", Conditions.UP_TO_DATE)).startsWith("False NotInForce");
    assertThat(condition("one", Conditions.READY)).startsWith("True");

    Files.delete(template);
    pglet.engine().delete(ResourceKey.of("Template", "small"));
    pglet.settle();
    assertThat(condition("one", Conditions.STALLED)).contains("there is no Template small");
    pglet.restart();
    pglet.settle();
    assertThat(condition("one", Conditions.STALLED)).contains("there is no Template small");
    assertThat(show("one", "work_mem")).isEqualTo("5MB");
    assertThat(pid("one")).isEqualTo(pid);
    assertThat(pglet.steps().names()).isEmpty();

    Files.writeString(template, TEMPLATE.replace("5MB", "7MB"));
    pglet.converge();
    assertThat(show("one", "work_mem")).isEqualTo("7MB");
    assertThat(pid("one")).isEqualTo(pid);
  }

  @Test
  void aDefaultVersionThatChangesComesTooLateForWhatIsThere() throws Exception {
    Path host = pglet.write("host.yaml", HOST);
    pglet.write("one.yaml", instance("one", ""));
    pglet.converge();
    long pid = pid("one");
    int port = pglet.instance("one").at("/status/port").asInt();
    pglet.steps().forget();
    Files.writeString(host, HOST.replace("15", "17").replace("25000", "25500"));
    pglet.converge();
    pglet.restart();
    pglet.converge();
    assertThat(pid("one")).isEqualTo(pid);
    assertThat(pglet.instance("one").at("/status/port").asInt()).isEqualTo(port);
    assertThat(pglet.instance("one").at("/status/version").asText()).startsWith("15.");
    assertThat(pglet.steps().names()).isEmpty();
  }

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    Path examples = Path.of("../examples/templates");
    try (Stream<Path> files = Files.list(examples)) {
      for (Path file : files.toList()) {
        pglet.write(file.getFileName().toString(), Files.readString(file));
      }
    }
    pglet.converge();
    assertThat(show("shop", "work_mem")).isEqualTo("2MB");
    assertThat(show("wiki", "work_mem")).isEqualTo("8MB");
    assertThat(show("wiki", "log_line_prefix")).isEqualTo("wiki %m [%p] ");
    assertThat(show("wiki", "log_timezone")).isEqualTo("Europe/Berlin");
    assertThat(show("shop", "max_connections")).isEqualTo("30");
    assertThat(show("shop", "log_min_duration_statement")).isEqualTo("500ms");
  }

  @Test
  void whatCannotBePutTogetherIsNotWritten() throws Exception {
    pglet.write("host.yaml", HOST);
    pglet.converge();
    assertThatThrownBy(() -> pglet.engine().apply(instance("one", "template: smal")))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("there is no Template smal in namespace default");
    assertThatThrownBy(() -> pglet.engine().apply(HOST.replace("name: host", "name: other")))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("a manifest root has one HostConfiguration")
        .hasMessageContaining(pglet.manifests().resolve("host.yaml") + ":4:3");
    assertThatThrownBy(() -> pglet.engine().apply(TEMPLATE.replace("name: small", "name: testing")))
        .isInstanceOf(InvalidSpec.class)
        .hasMessageContaining("testing is the name of a built-in template");
    assertThat(pglet.manifests())
        .isDirectoryNotContaining("glob:**/postgresqlinstance-*.yaml")
        .isDirectoryNotContaining("glob:**/hostconfiguration-*.yaml")
        .isDirectoryNotContaining("glob:**/template-*.yaml");
  }

  private long pid(String name) throws Exception {
    return Pglet.pid(pglet.instance(name));
  }

  private long generation(String name) throws Exception {
    return pglet.instance(name).at("/metadata/generation").asLong();
  }

  private String show(String name, String setting) throws Exception {
    try (Connection connection = connect(pglet.instance(name))) {
      return ask(connection, "SHOW " + setting);
    }
  }

  private String condition(String name, String type) throws Exception {
    for (JsonNode condition : pglet.instance(name).at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return "%s %s %s"
            .formatted(
                condition.path("status").asText(),
                condition.path("reason").asText(),
                condition.path("message").asText());
      }
    }
    throw new AssertionError("no condition " + type);
  }
}
