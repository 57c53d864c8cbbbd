package dev.pglet.manifest.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.edit.change.FieldChange;
import dev.pglet.manifest.edit.change.TreeDiff;
import dev.pglet.manifest.edit.text.EditRefused;
import dev.pglet.manifest.edit.text.FieldEdit;
import dev.pglet.manifest.edit.text.PostCheck;
import dev.pglet.manifest.edit.text.StatusEdit;
import dev.pglet.manifest.edit.text.TextLines;
import dev.pglet.manifest.edit.text.YamlValue;
import dev.pglet.manifest.parse.CanonicalForm;
import dev.pglet.manifest.parse.Flaw;
import dev.pglet.manifest.parse.StrictYaml;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
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
    return withStatus(text, document, status, VolatileFields.NONE);
  }

  /**
   * As above, and the very same text also when the status differs in nothing but some fields.
   *
   * @param unimportant those fields
   */
  public static String withStatus(
      String text, int document, ObjectNode status, VolatileFields unimportant) throws EditRefused {
    YamlDocument before = document(text, document);
    Optional<YamlNode.Entry> old = statusOf(before);
    if (old.map(YamlNode.Entry::value)
        .flatMap(YamlValue::of)
        .filter(value -> unimportant.same(value, status))
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

  /** What a document says, its status included. */
  public static ObjectNode content(String text, int document) throws EditRefused {
    return content(document(text, document));
  }

  private static ObjectNode content(YamlDocument document) throws EditRefused {
    YamlNode.Mapping root = mapping(document);
    for (Flaw flaw : StrictYaml.flaws(root)) {
      throw EditRefused.unreadable(flaw);
    }
    return (ObjectNode) YamlValue.of(root).orElseThrow(() -> PostCheck.refusal(document, ""));
  }

  /**
   * Makes a document say something else, by as few edits of its fields and items as that takes. The
   * very same text when it says so already.
   */
  public static String withContent(String text, int document, ObjectNode wanted)
      throws EditRefused {
    String edited = text;
    for (FieldChange change : TreeDiff.between(content(text, document), wanted)) {
      edited = FieldEdit.apply(edited, document(edited, document), change);
    }
    if (edited.equals(text)) {
      return text;
    }
    YamlDocument after = PostCheck.others(text, edited, document).get(document);
    PostCheck.means(document(text, document), after, wanted);
    return edited;
  }

  /** A document's own text as people edit it: with its comments, without its status. */
  public static String ownText(String text, int document) throws EditRefused {
    YamlDocument found = document(text, document);
    String own = text.substring(ownStart(text, found), found.end());
    return StatusEdit.remove(own, document(own, 0));
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
    int start = ownStart(text, before);
    boolean glued = before.explicitStart() && !TextLines.isAfterBreak(text, start);
    String glue = glued ? TextLines.newline(text, start) : "";
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

  /** Adds a document, comments included and without its status, behind all others. */
  public static String withNewDocument(String text, String document) throws EditRefused {
    String own = newFile(document);
    List<YamlDocument> before = PostCheck.read(text);
    if (before.stream().allMatch(YamlDocument::isEmpty)) {
      before = List.of();
    }
    String newline = TextLines.newline(text, text.length());
    String glue = text.isEmpty() || TextLines.isAfterBreak(text, text.length()) ? "" : newline;
    String edited = text + glue + (before.isEmpty() ? "" : "---" + newline) + own;
    PostCheck.added(before, PostCheck.read(edited), document(own, 0));
    return edited;
  }

  /** The document as a new file would hold it: its own text, without a status. */
  public static String newFile(String replacement) throws EditRefused {
    String own = ownText(replacement);
    return StatusEdit.remove(own, document(own, 0));
  }

  /** Behind the line of {@code ---}, unless there is content on it. */
  private static int ownStart(String text, YamlDocument document) {
    int start = document.start();
    if (!document.explicitStart()) {
      return start;
    }
    int lineEnd = TextLines.endOfLine(text, start);
    boolean content = document.root().span().start() < lineEnd && !document.isEmpty();
    return content ? start : TextLines.afterBreak(text, lineEnd);
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
      throw EditRefused.notOneDocument(documents.size());
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
    List<YamlDocument> documents = PostCheck.read(text);
    if (index >= documents.size()) {
      throw EditRefused.noDocument(index);
    }
    return documents.get(index);
  }

  private static YamlNode.Mapping mapping(YamlDocument document) throws EditRefused {
    if (document.root() instanceof YamlNode.Mapping mapping && !mapping.entries().isEmpty()) {
      return mapping;
    }
    throw EditRefused.noMapping(document.root());
  }

  private static Optional<YamlNode.Entry> statusOf(YamlDocument document) throws EditRefused {
    List<YamlNode.Entry> found =
        mapping(document).entries().stream().filter(entry -> entry.isNamed(STATUS)).toList();
    if (found.size() > 1) {
      throw EditRefused.twice(found.getLast().key(), STATUS);
    }
    return found.stream().findFirst();
  }
}
