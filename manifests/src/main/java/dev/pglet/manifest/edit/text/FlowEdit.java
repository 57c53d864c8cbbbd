package dev.pglet.manifest.edit.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;
import dev.pglet.manifest.parse.YamlNode.Sequence;
import java.util.List;

/** Edits inside of braces and brackets; the caller checks the result. */
record FlowEdit(String text, Layout layout) {
  /**
   * Puts a value in the place of another.
   *
   * @param parent the flow collection that holds the old one
   */
  String replace(YamlNode parent, YamlNode old, JsonNode value) throws EditRefused {
    if (parent instanceof Mapping mapping) {
      OddKeys.refuse(text, OddKeys.entryOf(mapping, old));
    }
    int start = old.span().start();
    String space = start > 0 && text.charAt(start - 1) == ':' ? " " : "";
    String written = layout.json() ? YamlWriter.json(value) : YamlWriter.inPlaceOf(old, value);
    return text.substring(0, start) + space + written + text.substring(old.span().end());
  }

  String addEntry(Mapping mapping, String key, JsonNode value) throws EditRefused {
    Entry last = mapping.entries().getLast();
    OddKeys.refuse(text, last);
    int at = last.value().span().end();
    return text.substring(0, at)
        + ","
        + gap(last.key().span().start())
        + (layout.json() ? YamlWriter.quoted(key) : YamlWriter.scalar(key))
        + ": "
        + flow(value)
        + text.substring(at);
  }

  String addItem(Sequence sequence, int index, JsonNode value) {
    List<YamlNode> items = sequence.items();
    if (index == items.size()) {
      int at = items.getLast().span().end();
      String gap = gap(items.getLast().span().start());
      return text.substring(0, at) + "," + gap + flow(value) + text.substring(at);
    }
    int at = items.get(index).span().start();
    return text.substring(0, at) + flow(value) + "," + gap(at) + text.substring(at);
  }

  String removeEntry(Mapping mapping, int index) throws EditRefused {
    List<Entry> entries = mapping.entries();
    OddKeys.refuse(text, entries.get(index));
    return index == 0
        ? cut(entries.get(0).key().span().start(), entries.get(1).key().span().start())
        : cut(entries.get(index - 1).value().span().end(), entries.get(index).value().span().end());
  }

  String removeItem(Sequence sequence, int index) {
    List<YamlNode> items = sequence.items();
    return index == 0
        ? cut(items.get(0).span().start(), items.get(1).span().start())
        : cut(items.get(index - 1).span().end(), items.get(index).span().end());
  }

  private String cut(int from, int to) {
    return text.substring(0, from) + text.substring(to);
  }

  /** What stands before a neighbour: a blank, or a line of its own. */
  private String gap(int neighbour) {
    int line = TextLines.startOfLine(text, neighbour);
    String before = text.substring(line, neighbour);
    return line > 0 && before.isBlank() ? TextLines.newline(text, neighbour) + before : " ";
  }

  private String flow(JsonNode value) {
    return layout.json() ? YamlWriter.json(value) : YamlWriter.flow(value);
  }
}
