package dev.pglet.it;

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
