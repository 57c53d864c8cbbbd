package dev.pglet.manifest.edit.text;

import dev.pglet.manifest.parse.YamlNode;
import dev.pglet.manifest.parse.YamlNode.Entry;
import dev.pglet.manifest.parse.YamlNode.Mapping;

/** Keys that are not simply written before a colon: {@code ? key}, and a key without a colon. */
final class OddKeys {
  private OddKeys() {}

  static void refuse(String text, Entry entry) throws EditRefused {
    int after = colon(text, entry);
    int before = entry.key().span().start() - 1;
    while (before >= 0 && isBlank(text.charAt(before))) {
      before--;
    }
    if (after >= text.length()
        || text.charAt(after) != ':'
        || (before >= 0 && text.charAt(before) == '?')) {
      throw EditRefused.oddKey(entry.key());
    }
  }

  /** The index of the colon behind a key that is not odd. */
  static int colon(String text, Entry entry) {
    int after = entry.key().span().end();
    while (after < text.length() && isBlank(text.charAt(after))) {
      after++;
    }
    return after;
  }

  /** The entry that has that value. */
  static Entry entryOf(Mapping mapping, YamlNode value) {
    return mapping.entries().stream()
        .filter(entry -> entry.value().equals(value))
        .findFirst()
        .orElseThrow();
  }

  static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
