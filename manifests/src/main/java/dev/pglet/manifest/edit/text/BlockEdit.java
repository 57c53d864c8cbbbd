package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.List;

/** Edits of fields and items that have lines of their own; the caller checks the result. */
record BlockEdit(String text, Layout layout) {
  String addEntry(Mapping mapping, String key, JsonNode value) {
    int first = mapping.entries().getFirst().key().span().start();
    int near = mapping.entries().getLast().key().span().start();
    String indent = indent(first);
    List<String> lines = new YamlWriter(layout).entry(key, value, indent);
    return addLines(mapping.span().end(), near, indent + String.join(newline(near), lines));
  }

  /** The new item stands right behind the one before, so that comments stay with theirs. */
  String addItem(Sequence sequence, int index, JsonNode value) throws EditRefused {
    int first = dash(sequence, 0);
    String indent = indent(first);
    String newline = newline(first);
    String lines = String.join(newline, new YamlWriter(layout).item(value, indent));
    if (index == 0) {
      return text.substring(0, first) + lines + newline + indent + text.substring(first);
    }
    int end = sequence.items().get(index - 1).span().end();
    return addLines(end, dash(sequence, index - 1), indent + lines);
  }

  /** Adds lines behind the line of an end. */
  private String addLines(int end, int near, String lines) {
    if (TextLines.isAfterBreak(text, end)) {
      // A block scalar that keeps its last line ends: nothing may come before their end.
      return text.substring(0, end) + lines + newline(near) + text.substring(end);
    }
    int at = TextLines.endOfLine(text, end);
    return text.substring(0, at) + newline(near) + lines + text.substring(at);
  }

  /** Comments above the field stay; those on its lines go with it. */
  String removeEntry(Mapping mapping, int index) throws EditRefused {
    Entry entry = mapping.entries().get(index);
    OddKeys.refuse(text, entry);
    return removeLines(entry.key().span().start(), entry.value());
  }

  String removeItem(Sequence sequence, int index) throws EditRefused {
    return removeLines(dash(sequence, index), sequence.items().get(index));
  }

  private String removeLines(int start, YamlNode value) {
    int line = TextLines.startOfLine(text, start);
    int end = afterLines(value);
    if (!isIndent(line, start)) {
      // It shares its line with the dash of a list: what follows moves up to its place.
      while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      return text.substring(0, start) + text.substring(end);
    }
    return text.substring(0, start - blanksBefore(start)) + text.substring(end);
  }

  /**
   * Puts a value in the place of another.
   *
   * @param parent the block collection that holds the old one
   */
  String replace(YamlNode parent, YamlNode old, JsonNode value) throws EditRefused {
    boolean lines = value.isContainerNode() && !value.isEmpty();
    if (parent instanceof Mapping mapping) {
      Entry entry = OddKeys.entryOf(mapping, old);
      OddKeys.refuse(text, entry);
      return lines ? valueInLines(entry, value) : valueInline(entry, value);
    }
    return lines
        ? itemInLines((Sequence) parent, old, value)
        : itemInline((Sequence) parent, old, value);
  }

  private String valueInline(Entry entry, JsonNode value) {
    YamlNode old = entry.value();
    return isBlock(old)
        ? insteadOfLines(OddKeys.colon(text, entry) + 1, old, value)
        : inline(old, value);
  }

  private String itemInline(Sequence parent, YamlNode old, JsonNode value) throws EditRefused {
    return isBlock(old)
        ? insteadOfLines(dash(parent, parent.items().indexOf(old)) + 1, old, value)
        : inline(old, value);
  }

  private String inline(YamlNode old, JsonNode value) {
    int start = old.span().start();
    int end = old.span().end();
    String space = start > 0 && isMark(text.charAt(start - 1)) ? " " : "";
    String newline = end > start && TextLines.isAfterBreak(text, end) ? newline(start) : "";
    String written = YamlWriter.inPlaceOf(old, value);
    return text.substring(0, start) + space + written + newline + text.substring(end);
  }

  /** Comments between the key and its lines stay. */
  private String insteadOfLines(int mark, YamlNode old, JsonNode value) {
    int start = old.span().start();
    int line = TextLines.startOfLine(text, start);
    String written = YamlWriter.inPlaceOf(old, value);
    if (line < mark) {
      return text.substring(0, start) + written + text.substring(endOfLines(old));
    }
    return text.substring(0, mark)
        + " "
        + written
        + text.substring(mark, line)
        + text.substring(afterLines(old));
  }

  private String valueInLines(Entry entry, JsonNode value) {
    YamlNode old = entry.value();
    int key = entry.key().span().start();
    String newline = newline(key);
    String parent = indent(key);
    List<String> written = new YamlWriter(layout).children(value, parent);
    String lines = String.join(newline, written);
    int start = old.span().start();
    if (isBlock(old)) {
      return text.substring(0, TextLines.startOfLine(text, start))
          + lines
          + text.substring(endOfLines(old));
    }
    int end = old.span().end();
    int rest = TextLines.isAfterBreak(text, end) ? end : TextLines.endOfLine(text, end);
    return text.substring(0, start - blanksBefore(start))
        + text.substring(end, rest)
        + newline
        + lines
        + (rest > start && TextLines.isAfterBreak(text, rest) ? newline : "")
        + text.substring(rest);
  }

  private String itemInLines(Sequence parent, YamlNode old, JsonNode value) throws EditRefused {
    int dash = dash(parent, parent.items().indexOf(old));
    int start = old.span().start();
    String space = isMark(text.charAt(start - 1)) ? " " : "";
    boolean same = TextLines.startOfLine(text, start) == TextLines.startOfLine(text, dash);
    String indent = same ? indent(start) + space : indent(dash) + "  ";
    String lines = String.join(newline(dash), new YamlWriter(layout).siblings(value, indent));
    int end = isBlock(old) ? endOfLines(old) : old.span().end();
    String newline = end > start && TextLines.isAfterBreak(text, end) ? newline(dash) : "";
    return text.substring(0, start) + space + lines + newline + text.substring(end);
  }

  /** The dash of an item: comments and line ends may stand between the two. */
  private int dash(Sequence sequence, int index) throws EditRefused {
    int at = index == 0 ? sequence.span().start() : afterLines(sequence.items().get(index - 1));
    while (at < text.length() && text.charAt(at) != '-') {
      if (text.charAt(at) == '#') {
        at = TextLines.endOfLine(text, at);
      } else if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else {
        break;
      }
    }
    if (at >= text.length() || text.charAt(at) != '-') {
      throw EditRefused.unusual(sequence);
    }
    return at;
  }

  private static boolean isBlock(YamlNode node) {
    return switch (node) {
      case Mapping mapping -> !mapping.flow();
      case Sequence sequence -> !sequence.flow();
      case YamlNode.Scalar _, YamlNode.Alias _ -> false;
    };
  }

  /** The end of the last line of a value, its line end excluded. */
  private int endOfLines(YamlNode value) {
    int end = value.span().end();
    if (!TextLines.isAfterBreak(text, end) || end == value.span().start()) {
      return TextLines.endOfLine(text, end);
    }
    return text.charAt(end - 1) == '\n' && end > 1 && text.charAt(end - 2) == '\r'
        ? end - 2
        : end - 1;
  }

  private int afterLines(YamlNode value) {
    return TextLines.afterBreak(text, endOfLines(value));
  }

  private String newline(int near) {
    return TextLines.newline(text, near);
  }

  /** Blanks up to the column of an index: a dash before it is part of the indent. */
  private String indent(int index) {
    int line = TextLines.startOfLine(text, index);
    boolean mark = index > line && text.charAt(line) == '\uFEFF';
    return " ".repeat(index - line - (mark ? 1 : 0));
  }

  private boolean isIndent(int line, int start) {
    return text.substring(line, start).replace("\uFEFF", "").isBlank();
  }

  private int blanksBefore(int index) {
    int at = index;
    while (at > 0 && OddKeys.isBlank(text.charAt(at - 1))) {
      at--;
    }
    return index - at;
  }

  private static boolean isMark(char c) {
    return c == ':' || c == '-';
  }
}
