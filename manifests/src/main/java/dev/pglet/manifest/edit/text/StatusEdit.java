package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.parse.YamlDocument;
import dev.pglet.manifest.parse.YamlNode;
import java.util.List;
import java.util.Optional;

/** The text edits of a status; the caller checks the result. */
public final class StatusEdit {
  private static final String STATUS = "status";

  private StatusEdit() {}

  /** The text with the status in the place of the old one, or added. */
  public static String apply(
      String text, YamlNode.Mapping root, Optional<YamlNode.Entry> old, ObjectNode status)
      throws EditRefused {
    if (old.isPresent()) {
      OddKeys.refuse(text, old.get());
    }
    if (root.flow()) {
      return old.map(entry -> replaceInFlow(text, entry, status))
          .orElseGet(() -> addToFlow(text, root, status));
    }
    return old.map(entry -> replaceInBlock(text, root, entry, status))
        .orElseGet(() -> addToBlock(text, root, status));
  }

  /**
   * The text of one document without its status; comments on the lines of the status go with it.
   */
  public static String remove(String text, YamlDocument document) throws EditRefused {
    if (!(document.root() instanceof YamlNode.Mapping root) || root.entry(STATUS).isEmpty()) {
      return text;
    }
    String edited = cut(text, root, root.entry(STATUS).orElseThrow());
    PostCheck.sameWithout(document, PostCheck.read(edited).getFirst(), List.of(STATUS));
    return edited;
  }

  /** The text without that entry, which {@link #apply} may have added; nothing is checked. */
  public static String cut(String text, YamlNode.Mapping root, YamlNode.Entry entry)
      throws EditRefused {
    OddKeys.refuse(text, entry);
    int index = root.entries().indexOf(entry);
    int from;
    int to;
    if (root.flow()) {
      boolean first = index == 0;
      from =
          first ? entry.key().span().start() : root.entries().get(index - 1).value().span().end();
      to =
          first && root.entries().size() > 1
              ? root.entries().get(1).key().span().start()
              : entry.value().span().end();
    } else {
      from = TextLines.startOfLine(text, entry.key().span().start());
      from += text.startsWith("\uFEFF", from) ? 1 : 0;
      to = TextLines.afterBreak(text, endOfEntry(text, entry));
      if (to == text.length() && !TextLines.isAfterBreak(text, to)) {
        // A last line without an end got one when the status was added behind it.
        from = TextLines.beforeBreak(text, from);
      }
    }
    return text.substring(0, from) + text.substring(to);
  }

  private static String replaceInBlock(
      String text, YamlNode.Mapping root, YamlNode.Entry entry, ObjectNode status) {
    int start = entry.key().span().start();
    return text.substring(0, start)
        + block(text, root, status)
        + text.substring(endOfEntry(text, entry));
  }

  private static String addToBlock(String text, YamlNode.Mapping root, ObjectNode status) {
    int end = root.span().end();
    String indent = indent(text, root);
    String newline = TextLines.newline(text, root.entries().getLast().key().span().start());
    if (TextLines.isAfterBreak(text, end)) {
      // A block scalar that keeps its last line ends: nothing may come before their end.
      return text.substring(0, end)
          + indent
          + block(text, root, status)
          + newline
          + text.substring(end);
    }
    int at = TextLines.endOfLine(text, end);
    return text.substring(0, at)
        + newline
        + indent
        + block(text, root, status)
        + text.substring(at);
  }

  private static String replaceInFlow(String text, YamlNode.Entry entry, ObjectNode status) {
    int start = entry.value().span().start();
    String space = start > 0 && text.charAt(start - 1) == ':' ? " " : "";
    return text.substring(0, start)
        + space
        + YamlWriter.flow(status)
        + text.substring(entry.value().span().end());
  }

  private static String addToFlow(String text, YamlNode.Mapping root, ObjectNode status) {
    int at = root.entries().getLast().value().span().end();
    return text.substring(0, at) + ", \"status\": " + YamlWriter.flow(status) + text.substring(at);
  }

  private static String block(String text, YamlNode.Mapping root, ObjectNode status) {
    String newline = TextLines.newline(text, root.entries().getLast().key().span().start());
    return String.join(
        newline, new YamlWriter(Layout.PLAIN).entry(STATUS, status, indent(text, root)));
  }

  private static String indent(String text, YamlNode.Mapping root) {
    int start = root.entries().getFirst().key().span().start();
    int line = TextLines.startOfLine(text, start);
    boolean mark = start > line && text.charAt(line) == '\uFEFF';
    return " ".repeat(start - line - (mark ? 1 : 0));
  }

  /** The end of the last line of an entry of a block mapping, its line end excluded. */
  private static int endOfEntry(String text, YamlNode.Entry entry) {
    int end = entry.value().span().end();
    if (!TextLines.isAfterBreak(text, end)) {
      return TextLines.endOfLine(text, end);
    }
    while (TextLines.isAfterBreak(text, end)) {
      end--;
    }
    return end;
  }
}
