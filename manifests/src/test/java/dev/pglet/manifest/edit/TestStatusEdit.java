package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.text.EditRefused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In the texts, {@code «…»} is what the edit may replace. {@code »} alone means that it stands
 * where the status is added.
 */
final class TestStatusEdit {
  private static final ObjectNode STATUS = status();
  private static final String BLOCK =
      """
      status:
        phase: Running
        port: 5433
        pinned: "0700"
        empty: {}
        conditions:
          - type: Ready
            status: "True"
            message: "says \\"yes\\": 100 %\\nand 🐘"
          - []
        nothing: null""";
  private static final String FLOW =
      "{\"phase\": Running, \"port\": 5433, \"pinned\": \"0700\", \"empty\": {}, \"conditions\":"
          + " [{\"type\": Ready, \"status\": \"True\", \"message\": \"says \\\"yes\\\": 100 %\\nand"
          + " 🐘\"}, []], \"nothing\": null}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\n«status: {}»\n",
        "a: 1\n«status:»\n",
        "a: 1\n«status: null  # none»\n",
        "a: 1\n«status: ~»",
        "«status: {state: running, pid: 1}»\na: 1\n",
        "a: 1\n«status:\n  state: running\n  # inside\n  pid: 1 # one»\n\n# after\n\nb: 2\n",
        "# before\na: 1 # a\n# status follows\n«status:\n  x: 1»\n# tail\n",
        "a: 1\n«status: \"text\"»\nb: 2\n",
        "a: 1\n«status: |\n  text\n  more»\nb: 2\n",
        "a: 1\n«status: |+\n  text»\n\n\nb: 2\n",
        "a: 1\n«status: >-\n  text»\n# c\n",
        "a: 1\n«status:\n- x\n- y: z»\nb: 2\n",
        "a: 1\n«status:\n  x: [1,\n  2] # c»\nb: 2\n",
        "a: 1\n«\"status\": 1»\nb: 2\n",
        "a: 1\n«'status'  : 1»\nb: 2\n",
        "a: &x 1\n«status: *x»\nb: 2\n",
        "a: 1\n«status: &unused {}»\nb: 2\n",
        "a: &x 1\n«status: {}»\nb: *x\n",
        "--- !root\na: 1\n«status: {}»\n",
        "--- # the document\na: 1\n«status: {}»\n",
        "%YAML 1.2\n---\na: 1\n«status: {}»\n...\n",
        "%TAG !e! tag:x,2000:\n---\na: !e!x 1\n«status: {}»\n",
        "\uFEFFa: 1\n«status: {}»\n",
        "\uFEFF«status: {}»\na: 1\n",
        "ä: \"€\"\n«status: {}»\n# ü\nb: ß\n",
        "🐘: \"🐘🐘\" # 🐘\n«status: {x: 🐘} # 🐘»\n# 🐘\nb: 🐘\n",
        "a: 1\n«status:\t{}  \t# c»\nb: 1\n",
        "list:\n- a\n-   b: 1\n    c: 2\n«status: {}»\n",
        "a: |\n  text\n«status: {}»\nb: |-\n  x\n",
      })
  void replacesAStatusAndNothingElse(String marked) throws EditRefused {
    expect(marked, BLOCK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1»\n",
        "a: 1 # one»\n# tail\n",
        "a: 1»",
        "a:\n  b:\n    - c: d # deep»\n\n\n# tail\n",
        "a: [1,\n  2]»\n",
        "a:»\n",
        "a: \"x\n  y\"»\n",
        "a: |\n  text»\n",
        "a: |-\n  text»\n\n# tail\n",
        "a: >\n  text»\n",
        "a: 1»\n...\n",
        "a: 1»\n# end\n---\nb: 2\n",
        "🐘: 🐘 # 🐘»\n# 🐘\n",
        "list:\n- a\n- b»\n",
        "a: &x 1\nb: *x»\n",
      })
  void addsAStatusBehindTheLastField(String marked) throws EditRefused {
    expect(marked, "\n" + BLOCK);
  }

  @Test
  void addsAStatusBehindTheLineEndsThatABlockScalarKeeps() throws EditRefused {
    expect("a: |+\n  text\n\n\n»", BLOCK + "\n");
    expect("a: |+\n  text\n\n\n»---\nb: 1\n", BLOCK + "\n");
  }

  @Test
  void takesOverTheIndentOfTheRoot() throws EditRefused {
    expect("  a: 1\n  «status: {}»\n  b: 2\n", BLOCK.replace("\n", "\n  "));
    expect("---\n  a: 1»\n", ("\n" + BLOCK).replace("\n", "\n  "));
  }

  @Test
  void takesOverTheLineEnds() throws EditRefused {
    expect("a: 1\r\n«status:\r\n  x: 1»\r\nb: 2\r\n", BLOCK.replace("\n", "\r\n"));
    expect("a: 1»\r\n", ("\n" + BLOCK).replace("\n", "\r\n"));
    expect("a: 1\r«status: {}»\rb: 2\r", BLOCK.replace("\n", "\r"));
    expect("a: 1»\rb: 2\r".replace("»\rb: 2", "\rb: 2»"), ("\n" + BLOCK).replace("\n", "\r"));
    expect("a: 1\n---\r\nb: 2»\r\n---\nc: 3\n", ("\n" + BLOCK).replace("\n", "\r\n"), 1);
  }

  @Test
  void editsOneOfSeveralDocuments() throws EditRefused {
    String rest = "---\n# second\nb: 2\nstatus: {x: y}\n--- {c: 3, status: {}}\n...\n---\n";
    expect("a: 1\n«status: {x: y}»\n" + rest, BLOCK, 0);
    expect("a: 1\nstatus: {}\n---\nb: 2\n«status: {}»\n...\n---\nc: 3\n", BLOCK, 1);
    expect("a: 1\n---\nb: 2\n---\nc: 3»\n", "\n" + BLOCK, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{a: 1, status: «{}»}\n",
        "{a: 1, status: «{x: [1, 2], y: 3}», b: 2} # c\n",
        "{\"a\": 1, \"status\": «null», \"b\": 2}",
        "{\n  \"a\": 1,\n  \"status\": «{\n    \"x\": 1\n  }»,\n  \"b\": [2]\n}\n",
        "--- {status: «1», a: 1}\n",
      })
  void replacesTheValueInAFlowMapping(String marked) throws EditRefused {
    expect(marked, FLOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{a: 1»}\n",
        "{\"a\": 1,\n \"b\": {\"c\": []}»\n}\n",
        "{a: 1»,}\n",
        "--- {a: 1» }\n---\nb: 2\n",
      })
  void addsToAFlowMapping(String marked) throws EditRefused {
    expect(marked, ", \"status\": " + FLOW);
  }

  @Test
  void leavesAnEqualStatusAloneHoweverItIsWritten() throws EditRefused {
    ObjectNode status =
        JsonNodeFactory.instance.objectNode().put("phase", "Running").put("port", 1);
    String text = "a: 1\nstatus: {port: 1,   phase: 'Running'} # mine\n";
    assertThat(ManifestEditor.withStatus(text, 0, status)).isSameAs(text);
    String written = ManifestEditor.withStatus("a: 1\n", 0, STATUS);
    assertThat(ManifestEditor.withStatus(written, 0, STATUS)).isSameAs(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\n\tb: 2\n",
        "a: \u0001\n",
        "status: &x {}\nb: *x\n",
        "? status\n: 1\n",
        "status: 1\nstatus: 2\n",
        "{a: 1, status}\n",
        "text\n",
        "- a\n",
        "{}\n",
      })
  void refusesWhatItCannotEditWithoutHarm(String text) {
    assertThatThrownBy(() -> ManifestEditor.withStatus(text, 0, STATUS))
        .isInstanceOf(EditRefused.class)
        .satisfies(e -> assertThat(((EditRefused) e).flaw().place().line()).isPositive());
  }

  private static void expect(String marked, String rendered) throws EditRefused {
    expect(marked, rendered, 0);
  }

  private static void expect(String marked, String rendered, int document) throws EditRefused {
    String before = marked.replace("«", "").replace("»", "");
    int end = marked.indexOf('»');
    int start = marked.contains("«") ? marked.indexOf('«') : end;
    String expected = marked.substring(0, start) + rendered + marked.substring(end + 1);
    String edited = ManifestEditor.withStatus(before, document, STATUS);
    assertThat(edited).isEqualTo(expected);
    assertThat(ManifestEditor.withStatus(edited, document, STATUS)).isSameAs(edited);
  }

  private static ObjectNode status() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("phase", "Running").put("port", 5433).put("pinned", "0700").putObject("empty");
    status
        .putArray("conditions")
        .add(
            JsonNodeFactory.instance
                .objectNode()
                .put("type", "Ready")
                .put("status", "True")
                .put("message", "says \"yes\": 100 %\nand 🐘"))
        .addArray();
    return status.putNull("nothing");
  }
}
