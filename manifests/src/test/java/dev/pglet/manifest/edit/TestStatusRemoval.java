package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.parse.Place;
import dev.pglet.manifest.parse.YamlReader;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestStatusRemoval {
  private static final String HEAD = "apiVersion: pglet.dev/v1alpha1\nkind: Branch\n";

  /** However a manifest is written, what git keeps must not depend on the status in the file. */
  static List<String> manifests() {
    List<String> bodies =
        List.of(
            HEAD + "metadata:\n  name: a\nspec:\n  x: 1\n",
            HEAD + "metadata:\n  name: a\nspec:\n  x: 1",
            HEAD + "spec: {x: 1}  # why\n\n# the end\n",
            HEAD + "spec: {x: 1}\n# the end, without a line end",
            HEAD + "spec:\n  list:\n  - 1\n  - 2\n\n\n",
            HEAD + "spec:\n  sql: |\n    select 1;\n",
            HEAD + "spec:\n  sql: |+\n    select 1;\n\n",
            HEAD + "spec:\n  sql: >-\n    select\n    1\n",
            "# first\n" + HEAD + "spec: {}\n...\n",
            "---\n" + HEAD + "spec: {}\n---\n" + HEAD + "spec: {y: 2}\n",
            HEAD + "spec: {}\n---\n# nothing here\n---\n" + HEAD + "spec: {}",
            "{apiVersion: pglet.dev/v1alpha1, kind: Branch, spec: {x: 1}}\n",
            "{\n  \"apiVersion\": \"pglet.dev/v1alpha1\",\n  \"kind\": \"Branch\",\n}\n",
            "  apiVersion: pglet.dev/v1alpha1\n  kind: Branch\n",
            "apiVersion: v1\nkind: PostgreSQLInstance\nspec: {}\n",
            "\uFEFF" + HEAD + "spec: {}\n",
            HEAD + "metadata: {name: a, annotations: {\"ü 😀\": \"status: no\"}}\nspec: {}\n");
    return Stream.concat(bodies.stream(), bodies.stream().map(text -> text.replace("\n", "\r\n")))
        .toList();
  }

  private static List<ObjectNode> statuses() {
    ObjectNode empty = JsonNodeFactory.instance.objectNode();
    ObjectNode small = empty.deepCopy().put("phase", "Running");
    ObjectNode large = small.deepCopy().put("message", "a: \"b\"\n# c\n---\n").put("port", 5432);
    large.putArray("conditions").addObject().put("type", "Ready").put("reason", "😀 'x'");
    large.putObject("connection").putArray("none");
    return List.of(small, large, empty, small);
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void whatIsKeptOfAFileDoesNotDependOnItsStatuses(String text) throws Exception {
    assertThat(StatusRemoval.of(text)).isEqualTo(text);
    String written = text;
    for (ObjectNode status : statuses()) {
      for (int i = 0; i < YamlReader.read(text).size(); i++) {
        if (!YamlReader.read(text).get(i).isEmpty()) {
          written = ManifestEditor.withStatus(written, i, status);
          assertThat(StatusRemoval.of(written)).isEqualTo(text);
        }
      }
    }
    assertThat(written).isNotEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<<<<<<< HEAD\n" + HEAD + "=======\n>>>>>>> b\nstatus:\n  phase: Running\n",
        "apiVersion: v1\nkind: Pod\nspec: {}\nstatus:\n  phase: Running\n",
        "apiVersion: apps/v1\nkind: Deployment\nstatus: {}\n",
        "- status: 1\n",
        "status: 1\n",
        "",
        HEAD + "status: {a: 1}\nspec: {}\nstatus: {b: 2}\n",
        HEAD + "? status\n: {a: 1}\n",
        HEAD + "status: &s {a: 1}\nspec: *s\n",
        HEAD + "spec: \"\tstatus:\nstatus: {a: 1}\n",
      })
  void whatIsNoManifestOrCannotBeEditedSafelyStays(String text) {
    assertThat(StatusRemoval.of(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HEAD + "status:\n  phase: Running\nspec: {x: 1}\n",
        "status: {phase: Running} # old\n" + HEAD + "spec: {x: 1}\n",
        HEAD + "status:\nspec: {x: 1}\n",
        HEAD + "status: ~\nspec: {x: 1}\n",
        HEAD + "\"status\": {}\nspec: {x: 1}\n",
      })
  void aStatusAnywhereIsRemoved(String text) {
    assertThat(StatusRemoval.of(text)).isEqualTo(HEAD + "spec: {x: 1}\n");
  }

  @Test
  void onlyTheStatusOfPgletsDocumentsIsRemoved() {
    String pod = "apiVersion: v1\nkind: Pod\nstatus:\n  phase: Running\n";
    assertThat(StatusRemoval.of(pod + "---\n" + HEAD + "status: {a: 1}\n---\n" + pod))
        .isEqualTo(pod + "---\n" + HEAD + "---\n" + pod);
  }

  @Test
  void saysWhereStatusesStand() {
    assertThat(StatusRemoval.places(HEAD + "status: {}\n---\n" + HEAD + "spec: {}\nstatus: 1\n"))
        .containsExactly(new Place(3, 1), new Place(8, 1));
    assertThat(StatusRemoval.places("status: [")).isEmpty();
  }
}
