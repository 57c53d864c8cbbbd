package dev.pglet.reconcile.engine.preview;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.reconcile.Preview.Difference;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestDifferences {
  private static List<String> between(String before, String after) throws Exception {
    YAMLMapper yaml = new YAMLMapper();
    return Differences.between(
            (ObjectNode) yaml.readTree(before), (ObjectNode) yaml.readTree(after))
        .stream()
        .map(TestDifferences::line)
        .toList();
  }

  private static String line(Difference difference) {
    return "%s: %s -> %s"
        .formatted(
            difference.field(), difference.before().orElse("-"), difference.after().orElse("-"));
  }

  @Test
  void namesFieldsItemsAndWholeMappingsByTheirLeaves() throws Exception {
    assertThat(
            between(
                "spec: {a: 1, gone: {x: 1, y: [2]}, list: [one, two]}",
                "spec: {a: 2, list: [one, two, three], fresh: {z: {w: 'on'}, e: {}}}"))
        .containsExactlyInAnyOrder(
            "spec.a: 1 -> 2",
            "spec.gone.x: 1 -> -",
            "spec.gone.y: [2] -> -",
            "spec.list[2]: - -> three",
            "spec.fresh.z.w: - -> on",
            "spec.fresh.e: - -> {}");
  }

  @Test
  void labelsAndAnnotationsCountAndWhatTheDaemonOwnsDoesNot() throws Exception {
    assertThat(
            between(
                "{metadata: {uid: a, labels: {team: shop}}, spec: {}, status: {phase: Running}}",
                "{metadata: {uid: b, annotations: {pglet.dev/paused: 'true'}}, spec: {}}"))
        .containsExactlyInAnyOrder(
            "metadata.labels.team: shop -> -", "metadata.annotations.pglet.dev/paused: - -> true");
  }

  @Test
  void aMappingInPlaceOfATextIsBothAndNothingIsHidden() throws Exception {
    assertThat(between("spec: {a: text}", "spec: {a: {b: 1}}"))
        .containsExactly("spec.a: text -> -", "spec.a.b: - -> 1");
    assertThat(between("spec: {a: {b: 1}}", "spec: {a: text}"))
        .containsExactly("spec.a.b: 1 -> -", "spec.a: - -> text");
  }

  @Test
  void secretsAreNotShownWhereverSomebodyHasWrittenThem() throws Exception {
    List<String> lines =
        between(
            "spec: {roles: [{name: app, password: hunter2}]}",
            """
            spec:
              roles: [{name: app, password: hunter3}, {name: b, dbPassword: hunter4}]
              conninfo: "host=db password='hunter 5' user=a"
              uri: postgresql://app:hunter6@db/app
              sql: ["ALTER ROLE app PASSWORD 'hunter7'"]
              apiKey: hunter8
            """);

    assertThat(lines)
        .noneMatch(line -> line.contains("hunter"))
        .contains(
            "spec.roles[0].password: ******** -> ********",
            "spec.conninfo: - -> host=db password=******** user=a",
            "spec.uri: - -> postgresql://app:********@db/app")
        .anyMatch(line -> line.contains("ALTER ROLE app PASSWORD ********"));
  }

  @Test
  void whereASecretIsKeptIsNoSecret() throws Exception {
    assertThat(
            between(
                "spec: {password: {file: /a}}",
                "spec: {password: {secret: shop, key: app}, passwordEncryption: scram}"))
        .containsExactlyInAnyOrder(
            "spec.password.file: /a -> -",
            "spec.password.secret: - -> shop",
            "spec.password.key: - -> app",
            "spec.passwordEncryption: - -> scram");
  }
}
