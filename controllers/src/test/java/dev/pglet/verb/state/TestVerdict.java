package dev.pglet.verb.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.verb.NamedServer;
import org.junit.jupiter.api.Test;

final class TestVerdict {
  private static final String UP =
      "pid: 1, port: 5, connection: {socket: /s, uri: 'postgresql://a@h:5/d'}, phase: Running, ";

  private static NamedServer server(String spec, String status) throws Exception {
    String yaml = "{spec: {" + spec + "}, status: {" + status + "}}";
    ObjectNode object =
        (ObjectNode)
            new ObjectMapper(new com.fasterxml.jackson.dataformat.yaml.YAMLFactory())
                .readTree(yaml);
    return new NamedServer(ResourceKey.of("PostgreSQLInstance", "app"), object);
  }

  private static String condition(String type, String status) {
    return "{type: %s, status: '%s', reason: Because, message: so}".formatted(type, status);
  }

  private static String conditions(String... conditions) {
    return "conditions: [" + String.join(", ", conditions) + "]";
  }

  @Test
  void conditionsDecideWhereThereAreNoChecks() throws Exception {
    assertThat(
            Verdict.of(
                    server(
                        "",
                        UP
                            + conditions(
                                condition("Available", "True"),
                                condition("Ready", "True"),
                                condition("Stalled", "False"),
                                condition("ConfigApplied", "True"),
                                condition("RestartPending", "False"))))
                .healthy())
        .isTrue();
    Verdict bad =
        Verdict.of(
            server(
                "",
                UP
                    + conditions(
                        condition("Available", "Unknown"),
                        condition("Paused", "True"),
                        condition("ConfigApplied", "False"),
                        condition("RestartPending", "True"))));
    assertThat(bad.healthy()).isFalse();
    assertThat(bad.problems())
        .containsExactly(
            "Available=Unknown  Because: so",
            "Paused=True  Because: so",
            "ConfigApplied=False  Because: so",
            "RestartPending=True  Because: so");
  }

  @Test
  void checksDecideWhereThereAreSome() throws Exception {
    String checks =
        "health: {status: degraded, checks: [{name: disk, status: warn, value: 91 %, message: free"
            + " some}, {name: process, status: pass}]}, ";
    Verdict degraded = Verdict.of(server("", UP + checks + conditions(condition("Ready", "True"))));
    assertThat(degraded.healthy()).isFalse();
    assertThat(degraded.problems()).containsExactly("warn disk 91 %: free some");
    assertThat(degraded.json().at("/checks/1/name").asText()).isEqualTo("process");
    assertThat(
            Verdict.of(
                    server(
                        "",
                        UP
                            + checks.replace("degraded", "healthy")
                            + conditions(condition("Ready", "True"))))
                .healthy())
        .isTrue();
  }

  @Test
  void whatShallNotRunIsWellWhileItDoesNot() throws Exception {
    String down =
        "phase: Stopped, "
            + conditions(condition("Available", "False"), condition("ConfigApplied", "Unknown"));
    assertThat(Verdict.of(server("desiredState: Stopped", down)).status()).isEqualTo("stopped");
    String starting = down.replace("Stopped", "Starting");
    assertThat(Verdict.of(server("desiredState: Running", starting)).healthy()).isFalse();
    String stalled =
        "phase: Stopped, "
            + conditions(condition("Available", "False"), condition("Stalled", "True"));
    assertThat(Verdict.of(server("desiredState: Stopped", stalled)).healthy()).isFalse();
  }

  @Test
  void whatNobodyHasLookedAtIsNotWell() throws Exception {
    assertThat(Verdict.of(server("", "")).healthy()).isFalse();
  }

  @Test
  void sizesAreForPeople() {
    assertThat(StatusCommand.bytes(1023)).isEqualTo("1023 B");
    assertThat(StatusCommand.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(StatusCommand.bytes(5L << 40)).isEqualTo("5.0 TiB");
  }
}
