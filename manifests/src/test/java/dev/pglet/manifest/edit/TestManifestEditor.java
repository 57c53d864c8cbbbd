package dev.pglet.manifest.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.text.EditRefused;
import dev.pglet.manifest.parse.CanonicalForm;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestManifestEditor {
  @Test
  void replacesADocumentWithItsCommentsAndKeepsTheStatusOfTheOldOne() throws EditRefused {
    String text = "# one\na: 1\n--- # two\nname: b\nx: old\nstatus:\n  port: 1 # p\n---\nc: 3\n";
    assertThat(
            ManifestEditor.withDocument(
                text, 1, "# new\n---\n# comment\nname: b # here\nx: new\nstatus: {port: 9}\n"))
        .isEqualTo(
            "# one\na: 1\n--- # two\n# new\n# comment\nname: b # here\nx: new\nstatus:\n  port: 1\n---\nc: 3\n");
  }

  @Test
  void replacesFirstLastAndFlowDocuments() throws EditRefused {
    assertThat(ManifestEditor.withDocument("a: 1\n---\nb: 2\n", 0, "a: 2"))
        .isEqualTo("a: 2\n---\nb: 2\n");
    assertThat(ManifestEditor.withDocument("a: 1\n---\nb: 2\n", 1, "b: 3"))
        .isEqualTo("a: 1\n---\nb: 3");
    assertThat(
            ManifestEditor.withDocument(
                "--- {a: 1, status: {x: 1}}\n...\n", 0, "a: 2\nstatus: 1\n"))
        .isEqualTo("---\na: 2\nstatus:\n  x: 1\n...\n");
    assertThat(ManifestEditor.withDocument("\uFEFFa: 1\r\n", 0, "\uFEFFa: 2\r\n"))
        .isEqualTo("\uFEFFa: 2\r\n");
    assertThat(ManifestEditor.withDocument("a: 1\n", 0, "{a: 2, status: {x: 1}, b: 3}\n"))
        .isEqualTo("{a: 2, b: 3}\n");
  }

  @Test
  void replacingADocumentByItselfChangesNothing() throws EditRefused {
    String text = "# one\na: 1\n---\nb: 2 # two\nstatus:\n  x: 1\n---\nc: 3\n";
    assertThat(ManifestEditor.withDocument(text, 1, "b: 2 # two\n")).isEqualTo(text);
    assertThat(ManifestEditor.withDocument(text, 1, "---\nb: 2 # two\nstatus: {}\n"))
        .isEqualTo(text);
  }

  @Test
  void refusesToPutNoneOrSeveralDocumentsInThePlaceOfOne() {
    assertThatThrownBy(() -> ManifestEditor.withDocument("a: 1\n", 0, "a: 1\n---\nb: 2\n"))
        .isInstanceOf(EditRefused.class)
        .hasMessageContaining("exactly one document is needed, but there are 2");
    assertThatThrownBy(() -> ManifestEditor.newFile("# nothing\n")).isInstanceOf(EditRefused.class);
  }

  @Test
  void removesADocumentWithItsMarker() throws EditRefused {
    String text = "# head\na: 1\n---\nb: 2 # two\n---\n# three\nc: 3\n";
    assertThat(ManifestEditor.without(text, 0)).contains("---\nb: 2 # two\n---\n# three\nc: 3\n");
    assertThat(ManifestEditor.without(text, 1)).contains("# head\na: 1\n---\n# three\nc: 3\n");
    assertThat(ManifestEditor.without(text, 2)).contains("# head\na: 1\n---\nb: 2 # two\n");
    assertThat(ManifestEditor.without("a: 1\n...\n---\nb: 2\n...\n", 0))
        .contains("---\nb: 2\n...\n");
    assertThat(ManifestEditor.without("a: 1\n---\n# none\n", 0)).isEmpty();
    assertThatThrownBy(() -> ManifestEditor.without("a: 1\n---\nb: 2\n...\nc: 3\n", 1))
        .isInstanceOf(EditRefused.class);
  }

  @Test
  void addsADocumentBehindAllOthers() throws EditRefused {
    assertThat(ManifestEditor.withNewDocument("a: 1", "# b\nb: 2\nstatus: {x: 1}\n"))
        .isEqualTo("a: 1\n---\n# b\nb: 2\n");
    assertThat(ManifestEditor.withNewDocument("a: 1\r\n...\r\n", "b: 2\n"))
        .isEqualTo("a: 1\r\n...\r\n---\r\nb: 2\n");
    assertThat(ManifestEditor.withNewDocument("# none\n", "b: 2\n")).isEqualTo("# none\nb: 2\n");
    assertThat(ManifestEditor.withNewDocument("", "b: 2")).isEqualTo("b: 2");
  }

  @Test
  void theOwnTextOfADocumentHasItsCommentsAndNoStatus() throws EditRefused {
    String text = "# one\na: 1\n--- # two\n# b\nb: 2\nstatus:\n  x: 1\n# end\n---\nc: 3\n";
    assertThat(ManifestEditor.ownText(text, 0)).isEqualTo("# one\na: 1\n");
    assertThat(ManifestEditor.ownText(text, 1)).isEqualTo("# b\nb: 2\n# end\n");
    assertThat(ManifestEditor.ownText(text, 2)).isEqualTo("c: 3\n");
    assertThat(ManifestEditor.withDocument(text, 1, "# b\nb: 3\n# end\n"))
        .isEqualTo(text.replace("b: 2\nstatus", "b: 3\nstatus"));
  }

  /** Random documents: the edit never fails by accident, is idempotent, and reads back equal. */
  @Test
  void survivesRandomDocuments() throws Exception {
    long seed = 20260501;
    Random random = new Random(seed);
    String[] parts = {
      "a: 1",
      "b:",
      "  c: d",
      "  - x",
      "- y",
      "status: {}",
      "status:",
      "  # in",
      "# c",
      "",
      "---",
      "...",
      "e: |",
      "  text",
      "f: [1,",
      "2]",
      "🐘: \"ä\"",
      "{g: 1}",
      "g: &x 1",
      "h: *x",
      "\t",
      "  ",
      "i: >+",
      "? j",
      ": k",
      "%YAML 1.2",
      "{status: {a: b}, l: m}",
      "\"status\": 'q'",
      "n: \"o",
      "p\"",
      "  status: z"
    };
    ObjectNode status =
        JsonNodeFactory.instance.objectNode().put("phase", "Running").put("port", 1);
    int edited = 0;
    for (int i = 0; i < 60_000; i++) {
      StringBuilder text = new StringBuilder(random.nextInt(20) == 0 ? "\uFEFF" : "");
      String newline = List.of("\n", "\n", "\r\n", "\r").get(random.nextInt(4));
      for (int n = random.nextInt(1, 8); n > 0; n--) {
        text.append(parts[random.nextInt(parts.length)])
            .append(n == 1 && random.nextBoolean() ? "" : newline);
      }
      String before = text.toString();
      try {
        int documents = YamlReader.read(before).size();
        int document = documents == 0 ? 0 : random.nextInt(documents);
        if (documents > 0) {
          String after = ManifestEditor.withStatus(before, document, status);
          assertThat(ManifestEditor.withStatus(after, document, status)).isEqualTo(after);
          edited++;
        }
      } catch (EditRefused | YamlRejected e) {
        assertThat(e.getMessage()).isNotBlank();
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed "
                + seed
                + ", text "
                + i
                + ": "
                + CanonicalForm.of(JsonNodeFactory.instance.textNode(before)),
            e);
      }
    }
    assertThat(edited).isGreaterThan(3_000);
  }
}
