package dev.pglet.verb.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts lines of SQL into statements at each {@code ;} that ends one: not in quotes, dollar quotes,
 * comments, parentheses, or the body of a function that is written as {@code BEGIN ATOMIC … END}.
 */
final class StatementReader {
  private enum Inside {
    NOTHING,
    QUOTE,
    ESCAPE_QUOTE,
    NAME,
    DOLLAR,
    COMMENT
  }

  private final StringBuilder text = new StringBuilder();
  private final List<String> words = new ArrayList<>();
  private Inside inside = Inside.NOTHING;
  private String dollar = "";
  private int comments;
  private int parentheses;
  private int begins;
  private boolean content;

  /** Takes a line without its end; returns the statements that it completes, without the ends. */
  List<String> line(String line) {
    List<String> complete = new ArrayList<>();
    int i = 0;
    while (i < line.length()) {
      i = inside == Inside.NOTHING ? outside(line, i, complete) : within(line, i);
    }
    if (text.length() > 0) {
      text.append('\n');
    }
    return complete;
  }

  /** Whether a statement has begun that no {@code ;} has ended. */
  boolean pending() {
    return content || inside != Inside.NOTHING;
  }

  /** What is left at the end of the input; empty when that is nothing but blanks and comments. */
  Optional<String> rest() {
    String rest = text.toString().strip();
    boolean any = content;
    clear();
    return any ? Optional.of(rest) : Optional.empty();
  }

  /** Forgets what has begun. */
  void clear() {
    text.setLength(0);
    words.clear();
    inside = Inside.NOTHING;
    parentheses = 0;
    begins = 0;
    content = false;
  }

  private int outside(String line, int at, List<String> complete) {
    char c = line.charAt(at);
    if (line.startsWith("--", at)) {
      text.append(line, at, line.length());
      return line.length();
    }
    if (line.startsWith("/*", at)) {
      comments = 1;
      return enter(Inside.COMMENT, line, at, 2);
    }
    if (c == ';' && parentheses == 0 && begins == 0) {
      if (content) {
        complete.add(text.toString().strip());
      }
      clear();
      return at + 1;
    }
    content |= !Character.isWhitespace(c);
    switch (c) {
      case '\'' -> {
        return enter(escapes(line, at) ? Inside.ESCAPE_QUOTE : Inside.QUOTE, line, at, 1);
      }
      case '"' -> {
        return enter(Inside.NAME, line, at, 1);
      }
      case '$' -> {
        String tag = tag(line, at);
        if (tag != null) {
          dollar = tag;
          return enter(Inside.DOLLAR, line, at, tag.length());
        }
      }
      case '(' -> parentheses++;
      case ')' -> parentheses = Math.max(0, parentheses - 1);
      default -> {
        if (isWord(c)) {
          return word(line, at);
        }
      }
    }
    text.append(c);
    return at + 1;
  }

  private int enter(Inside what, String line, int at, int length) {
    inside = what;
    text.append(line, at, at + length);
    return at + length;
  }

  private int within(String line, int at) {
    int length = 1;
    switch (inside) {
      case QUOTE -> leave(line.charAt(at) == '\'');
      case NAME -> leave(line.charAt(at) == '"');
      case ESCAPE_QUOTE -> {
        if (line.charAt(at) == '\\') {
          length = Math.min(2, line.length() - at);
        } else {
          leave(line.charAt(at) == '\'');
        }
      }
      case DOLLAR -> {
        if (line.startsWith(dollar, at)) {
          length = dollar.length();
          leave(true);
        }
      }
      case COMMENT -> {
        if (line.startsWith("/*", at)) {
          comments++;
          length = 2;
        } else if (line.startsWith("*/", at)) {
          length = 2;
          leave(--comments == 0);
        }
      }
      case NOTHING -> throw new IllegalStateException("outside of everything");
    }
    text.append(line, at, at + length);
    return at + length;
  }

  // A doubled quote leaves and enters again, which comes to the same.
  private void leave(boolean end) {
    if (end) {
      inside = Inside.NOTHING;
    }
  }

  /** Whether the quote there begins with {@code E'}, in which a backslash takes the next. */
  private static boolean escapes(String line, int at) {
    return at > 0
        && (line.charAt(at - 1) == 'E' || line.charAt(at - 1) == 'e')
        && (at == 1 || !isWord(line.charAt(at - 2)));
  }

  /** {@code $$} or {@code $tag$} there; null when the dollar is something else. */
  private static @Nullable String tag(String line, int at) {
    if (at > 0 && isWord(line.charAt(at - 1))) {
      return null;
    }
    int end = at + 1;
    while (end < line.length() && isWord(line.charAt(end)) && line.charAt(end) != '$') {
      end++;
    }
    boolean closed = end < line.length() && line.charAt(end) == '$';
    boolean digit = closed && end > at + 1 && Character.isDigit(line.charAt(at + 1));
    return closed && !digit ? line.substring(at, end + 1) : null;
  }

  private int word(String line, int at) {
    int end = at;
    while (end < line.length() && isWord(line.charAt(end))) {
      end++;
    }
    String word = line.substring(at, end);
    text.append(word);
    String upper = word.toUpperCase(Locale.ROOT);
    if (words.size() < 4) {
      words.add(upper);
    }
    if (makesRoutine()) {
      switch (upper) {
        case "BEGIN" -> begins++;
        case "CASE" -> begins += begins > 0 ? 1 : 0;
        case "END" -> begins = Math.max(0, begins - 1);
        default -> {}
      }
    }
    return end;
  }

  private boolean makesRoutine() {
    return !words.isEmpty()
        && words.getFirst().equals("CREATE")
        && (words.contains("FUNCTION") || words.contains("PROCEDURE"));
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 0x7f;
  }
}
