package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.manifest.edit.text.EditRefused;
import dev.pglet.manifest.edit.text.EditRefused.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the rows: the text, a merge patch, the text after it. */
final class TestFieldEdits {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a: {}\\nb: 1 # c\\n|{b: 2}|a: {}\\nb: 2 # c\\n",
        "spec:\\n  port: 1   # p\\n  x: y\\n|{spec: {port: 2}}|spec:\\n  port: 2   # p\\n  x: y\\n",
        "spec:\\n  port:\\n  x: y\\n|{spec: {port: 2}}|spec:\\n  port: 2\\n  x: y\\n",
        "a: \"17\"\\nb: '1'\\nc: x\\n|{a: '18', b: it's, c: '7'}|a: \"18\"\\nb: 'it''s'\\nc: \"7\"\\n",
        "a: on\\nb: 'on'\\nc: 4MB\\n|{a: 'off', b: 'off', c: 8MB}|a: off\\nb: 'off'\\nc: 8MB\\n",
        "spec:\\n  v: >\\n    17\\n  w: 1\\n|{spec: {v: x}}|spec:\\n  v: x\\n  w: 1\\n",
        "a:\\n    b:\\n        c: 1\\n|{a: {d: {e: {f: 1}}}}"
            + "|a:\\n    b:\\n        c: 1\\n    d:\\n        e:\\n            f: 1\\n",
        "a:\\n- 1\\n|{b: [{c: 1, d: [2]}]}|a:\\n- 1\\nb:\\n- c: 1\\n  d:\\n  - 2\\n",
        "spec:\\n    x: y # c\\n# tail\\n|{spec: {m: {p: 2}}}"
            + "|spec:\\n    x: y # c\\n    m:\\n        p: 2\\n# tail\\n",
        "spec: # none\\nz: 1\\n|{spec: {m: {p: 2}}}|spec: # none\\n  m:\\n    p: 2\\nz: 1\\n",
        "spec: null # none\\nz: 1\\n|{spec: {p: 2}}|spec: # none\\n  p: 2\\nz: 1\\n",
        "spec: {} # none\\n|{spec: {m: {p: 2}}}|spec: # none\\n  m:\\n    p: 2\\n",
        "spec: {x: y} # c\\n|{spec: {m: {p: 2}}}|spec: {x: y, m: {\"p\": 2}} # c\\n",
        "spec: {x: y, port: 1}\\n|{spec: {port: 2}}|spec: {x: y, port: 2}\\n",
        "{\"spec\": {\"x\": [1]}}|{spec: {p: t}}|{\"spec\": {\"x\": [1], \"p\": \"t\"}}",
        "{\\n  \"a\": 1\\n}\\n|{b: x}|{\\n  \"a\": 1,\\n  \"b\": \"x\"\\n}\\n",
        "a: 1\\r\\nz: 1\\r\\n|{s: {p: 2}}|a: 1\\r\\nz: 1\\r\\ns:\\r\\n  p: 2\\r\\n",
        "s:\\n  a: >+\\n    t\\n\\n|{s: {p: 2}}|s:\\n  a: >+\\n    t\\n\\n  p: 2\\n",
        "a: 1|{b: 2}|a: 1\\nb: 2",
      })
  void setsFieldsAndAddsWhatIsMissingAboveThem(String before, String patch, String after)
      throws EditRefused {
    assertThat(patched(before, patch)).isEqualTo(lines(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a: 1\\n# about b\\nb: 2 # two\\n# about c\\nc: 3\\n|{b: null}"
            + "|a: 1\\n# about b\\n# about c\\nc: 3\\n",
        "a: 1\\nb:\\n  # in b\\n  c: 2\\n\\nd: 4|{b: null}|a: 1\\n\\nd: 4",
        "a: 1\\nb: 2|{b: null}|a: 1\\n",
        "\uFEFFa: 1\\nb: 2\\n|{a: null}|\uFEFFb: 2\\n",
        "a: 1\\nb: >\\n  t\\n\\nc: 3\\n|{b: null}|a: 1\\n\\nc: 3\\n",
        "s: # s\\n  # about x\\n  x: 1 # one\\nz: 1\\n|{s: {x: null}}"
            + "|s: {} # s\\n  # about x\\nz: 1\\n",
        "a: {x: 1, y: 2, z: 3}\\n|{a: {x: null}}|a: {y: 2, z: 3}\\n",
        "a: {x: 1, y: 2, z: 3}\\n|{a: {y: null}}|a: {x: 1, z: 3}\\n",
        "a: {x: 1, y: 2, z: 3}\\n|{a: {z: null}}|a: {x: 1, y: 2}\\n",
        "a: {x: 1}\\n|{a: {x: null}}|a: {}\\n",
        "l:\\n- a: 1\\n  # about b\\n  b: 2\\n|{l: [{b: 2}]}|l:\\n- # about b\\n  b: 2\\n",
        "a: 1\\r\\nb: 2\\r\\n|{a: null}|b: 2\\r\\n",
      })
  void removesFieldsWithTheCommentsOfTheirLines(String before, String patch, String after)
      throws EditRefused {
    assertThat(patched(before, patch)).isEqualTo(lines(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "l:\\n  # one\\n  - 1 # eins\\n  # two\\n  - 2\\n|{l: [1, 3, 2]}"
            + "|l:\\n  # one\\n  - 1 # eins\\n  - 3\\n  # two\\n  - 2\\n",
        "l:\\n- 1\\n- 2 # c\\nz: 1\\n|{l: [1, 2, 3]}|l:\\n- 1\\n- 2 # c\\n- 3\\nz: 1\\n",
        "l:\\n- 1\\n- 2\\n|{l: [0, 1, 2]}|l:\\n- 0\\n- 1\\n- 2\\n",
        "l:\\n- 1 # c\\n- 2\\n|{l: [2]}|l:\\n- 2\\n",
        "l:\\n- a\\n- b # c\\n- d\\n|{l: [a, d]}|l:\\n- a\\n- d\\n",
        "l:\\n- a # c\\nz: 1\\n|{l: []}|l: []\\nz: 1\\n",
        "l: []\\nz: 1\\n|{l: [a, {b: 1, c: 2}]}|l:\\n  - a\\n  - b: 1\\n    c: 2\\nz: 1\\n",
        "l: [a, b]\\n|{l: [a, c, b]}|l: [a, c, b]\\n",
        "l: [a, b]\\n|{l: [b]}|l: [b]\\n",
        "l: [a]\\n|{l: [a, {x: 1}]}|l: [a, {\"x\": 1}]\\n",
        "l:\\n- name: a # A\\n  v: 1\\n- name: b # B\\n  v: 2\\n"
            + "|{l: [{name: a, v: 1}, {name: b, v: 3}]}"
            + "|l:\\n- name: a # A\\n  v: 1\\n- name: b # B\\n  v: 3\\n",
        "l:\\n- 1\\n- 2 # c\\n|{l: [1, {a: 1, b: 2}]}|l:\\n- 1\\n- a: 1\\n  b: 2 # c\\n",
        "l:\\n- a: 1\\n  b: 2\\n- 2\\n|{l: [x, 2]}|l:\\n- x\\n- 2\\n",
        "l:\\n-\\n  a: 1\\n- 2\\n|{l: [x, 2]}|l:\\n- x\\n- 2\\n",
        "l:\\n- - a\\n  - b\\n|{l: [[b]]}|l:\\n- - b\\n",
        "l:\\n  a: 1\\n# z\\nz: 1\\n|{l: [1]}|l:\\n  - 1\\n# z\\nz: 1\\n",
      })
  void editsTheItemsOfAListOneByOne(String before, String patch, String after) throws EditRefused {
    assertThat(patched(before, patch)).isEqualTo(lines(after));
  }

  @Test
  void leavesTheTextAloneWhenItSaysSoAlready() throws EditRefused {
    String text = "spec: {port: 1, state: 'Stopped', list: [1, 2]}\n";
    assertThat(patched(text, "{spec: {state: Stopped, list: [1, 2], none: null}}")).isSameAs(text);
  }

  @Test
  void editsOneOfSeveralDocuments() throws EditRefused {
    String text = "a: 1\n--- # two\nb: 2\n...\n---\nc: 3\n";
    ObjectNode wanted = tree("{b: 2, d: 4}");
    assertThat(ManifestEditor.withContent(text, 1, wanted))
        .isEqualTo("a: 1\n--- # two\nb: 2\nd: 4\n...\n---\nc: 3\n");
    assertThatThrownBy(() -> ManifestEditor.withContent(text, 3, wanted))
        .isInstanceOf(EditRefused.class)
        .hasMessage("has no document number 4; read the file again");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spec: {port: &x 1}\na: *x\n",
        "spec: !!map {port: 1}\n",
        "spec: {port: 1, port: 3}\n",
        "spec: {port: 1}\na: {<<: {b: 1}}\n",
        "spec: {port: 1\n",
      })
  void refusesADocumentThatIsNotReadEither(String text) {
    refuses(text, "{spec: {port: 2}}", Reason.NOT_READABLE);
  }

  @Test
  void refusesWhatItCannotEditWithoutHarm() {
    refuses("? spec\n: 1\n", "{spec: 2}", Reason.WOULD_REFORMAT);
    refuses("{a: 1, spec}\n", "{spec: 2}", Reason.WOULD_REFORMAT);
    refuses("spec: 1\n", "{spec: null}", Reason.WOULD_REFORMAT);
    // What stands below the removed field would become a part of the text above it.
    refuses("a: |\n  t\nspec: 1\n  # c\nz: 1\n", "{spec: null}", Reason.WOULD_REFORMAT);
    refuses("text\n", "{spec: 2}", Reason.NO_CONTAINER);
  }

  private static void refuses(String text, String patch, Reason reason) {
    assertThatThrownBy(() -> patched(text, patch))
        .isInstanceOf(EditRefused.class)
        .satisfies(
            e -> {
              EditRefused refused = (EditRefused) e;
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.flaw().place().line()).isPositive();
              assertThat(refused.flaw().message()).contains("; ");
            });
  }

  private static String patched(String before, String patch) throws EditRefused {
    String text = lines(before);
    ObjectNode wanted = (ObjectNode) MergePatch.apply(ManifestEditor.content(text, 0), tree(patch));
    return ManifestEditor.withContent(text, 0, wanted);
  }

  private static ObjectNode tree(String yaml) {
    try {
      return (ObjectNode) new YAMLMapper().readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(yaml, e);
    }
  }

  private static String lines(String text) {
    return text.replace("\\n", "\n").replace("\\r", "\r");
  }
}
