package dev.pglet.manifest.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.parse.CanonicalForm;
import dev.pglet.manifest.parse.Place;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.util.List;
import java.util.Optional;

/**
 * Text to text: what is not asked for keeps every byte, comments, quoting, order and line ends
 * included. After each edit the new text is read again, and the edit refused if anything else means
 * something else. Pure.
 */
public final class ManifestEditor {
  private static final String STATUS = "status";

  private ManifestEditor() {}

  /**
   * Replaces or adds the status of a document. The very same text when the status is equal.
   *
   * @param document index among the documents of the text, from 0
   */
  public static String withStatus(String text, int document, ObjectNode status) throws EditRefused {
    YamlDocument before = document(text, document);
    Optional<YamlNode.Entry> old = statusOf(before);
    if (old.map(YamlNode.Entry::value)
        .flatMap(YamlValue::of)
        .filter(value -> sameValue(value, status))
        .isPresent()) {
      return text;
    }
    String edited = StatusEdit.apply(text, mapping(before), old, status);
    List<YamlDocument> after = PostCheck.others(text, edited, document);
    PostCheck.sameWithout(before, after.get(document), List.of(STATUS));
    JsonNode written =
        mapping(after.get(document))
            .entry(STATUS)
            .flatMap(entry -> YamlValue.of(entry.value()))
            .orElseThrow(() -> PostCheck.refusal(before, STATUS));
    if (!sameValue(written, status)) {
      throw PostCheck.refusal(before, STATUS);
    }
    return edited;
  }

  /**
   * Sets a scalar, adding the mappings above it that are missing.
   *
   * @param path the keys from the document's root
   * @param scalar as YAML: see {@link #textScalar}; a number or boolean as it is
   */
  public static String withScalar(String text, int document, List<String> path, String scalar)
      throws EditRefused {
    YamlDocument before = document(text, document);
    ScalarEdit edit = new ScalarEdit(text, mapping(before), path, scalar);
    String edited = edit.apply();
    if (edited.equals(text)) {
      return text;
    }
    YamlDocument after = PostCheck.others(text, edited, document).get(document);
    PostCheck.sameWithout(before, after, edit.changed());
    if (!ScalarEdit.reads(after.root(), path, scalar)) {
      throw PostCheck.refusal(before, String.join(".", path));
    }
    return edited;
  }

  /** Text as a YAML scalar that is text to every reader, quoted where it must be. */
  public static String textScalar(String text) {
    return YamlWriter.scalar(text);
  }

  /**
   * Puts another document's own text, comments included, in the place of a document, and keeps the
   * status of the old one. A status that the new text has is dropped.
   */
  public static String withDocument(String text, int document, String replacement)
      throws EditRefused {
    YamlDocument before = document(text, document);
    String own = ownText(replacement);
    Optional<YamlNode.Entry> old = statusOf(before);
    if (old.isPresent()) {
      JsonNode status =
          YamlValue.of(old.get().value()).orElseThrow(() -> PostCheck.refusal(before, STATUS));
      own =
          status instanceof ObjectNode object
              ? withStatus(own, 0, object)
              : StatusEdit.remove(own, document(own, 0));
    } else {
      own = StatusEdit.remove(own, document(own, 0));
    }
    int start = before.start();
    String glue = "";
    if (before.explicitStart()) {
      int lineEnd = TextLines.endOfLine(text, start);
      boolean content = before.root().span().start() < lineEnd && !before.isEmpty();
      start = content ? start : TextLines.afterBreak(text, lineEnd);
      glue = TextLines.isAfterBreak(text, start) ? "" : TextLines.newline(text, start);
    }
    boolean more = before.end() < text.length();
    String end =
        more && !TextLines.isAfterBreak(own, own.length())
            ? TextLines.newline(text, before.start())
            : "";
    String edited = text.substring(0, start) + glue + own + end + text.substring(before.end());
    List<YamlDocument> after = PostCheck.others(text, edited, document);
    PostCheck.sameContent(document(own, 0), after.get(document));
    return edited;
  }

  /** The document as a new file would hold it: its own text, without a status. */
  public static String newFile(String replacement) throws EditRefused {
    String own = ownText(replacement);
    return StatusEdit.remove(own, document(own, 0));
  }

  /** Removes a document with its {@code ---}; empty when nothing but comments would be left. */
  public static Optional<String> without(String text, int document) throws EditRefused {
    YamlDocument gone = document(text, document);
    List<YamlDocument> before = PostCheck.read(text);
    if (before.stream().filter(other -> !other.isEmpty()).count() <= 1) {
      return Optional.empty();
    }
    int end = gone.tail();
    if (gone.explicitEnd() && !TextLines.isAfterBreak(text, end)) {
      end = TextLines.afterBreak(text, TextLines.endOfLine(text, end));
    }
    String edited = text.substring(0, gone.head()) + text.substring(end);
    PostCheck.removed(before, PostCheck.read(edited), document);
    return Optional.of(edited);
  }

  private static String ownText(String replacement) throws EditRefused {
    List<YamlDocument> documents =
        PostCheck.read(replacement).stream().filter(document -> !document.isEmpty()).toList();
    if (documents.size() != 1) {
      throw new EditRefused(
          new Place(1, 1), "", "exactly one document is needed, but there are " + documents.size());
    }
    YamlDocument only = documents.getFirst();
    int from = replacement.startsWith("\uFEFF") ? 1 : 0;
    String comments =
        PostCheck.read(replacement).getFirst().equals(only) && only.head() > from
            ? replacement.substring(from, only.head())
            : "";
    String own = replacement.substring(only.start(), only.end());
    if (only.explicitStart()) {
      int lineEnd = TextLines.endOfLine(own, 0);
      if (own.substring(0, lineEnd).isBlank()) {
        own = own.substring(TextLines.afterBreak(own, lineEnd));
      }
    }
    return comments + own;
  }

  private static boolean sameValue(JsonNode one, JsonNode other) {
    return CanonicalForm.of(one).equals(CanonicalForm.of(other));
  }

  private static YamlDocument document(String text, int index) throws EditRefused {
    List<YamlDocument> documents;
    try {
      documents = YamlReader.read(text);
    } catch (YamlRejected e) {
      throw new EditRefused(e.flaw());
    }
    if (index >= documents.size()) {
      throw new EditRefused(
          new Place(1, 1), "", "has no document number " + (index + 1) + "; read the file again");
    }
    return documents.get(index);
  }

  private static YamlNode.Mapping mapping(YamlDocument document) throws EditRefused {
    if (document.root() instanceof YamlNode.Mapping mapping && !mapping.entries().isEmpty()) {
      return mapping;
    }
    throw new EditRefused(
        document.root().span().place(), "", "the document is no mapping with fields");
  }

  private static Optional<YamlNode.Entry> statusOf(YamlDocument document) throws EditRefused {
    List<YamlNode.Entry> found =
        mapping(document).entries().stream().filter(entry -> entry.isNamed(STATUS)).toList();
    if (found.size() > 1) {
      throw new EditRefused(
          found.getLast().key().span().place(), STATUS, "stands there twice; remove one");
    }
    return found.stream().findFirst();
  }
}
