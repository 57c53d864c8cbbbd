package dev.pglet.server.access;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of pg_hba.conf as PostgreSQL takes it apart: fields between blanks, each a list between
 * commas, whose parts may be quoted.
 */
final class RuleTokens {
  private final String line;
  private int at;

  /**
   * A part of a field.
   *
   * @param quoted whether it begins with a quote: then it is no keyword
   */
  record Token(String text, boolean quoted) {}

  /** Why a line is not one that may be written. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  private RuleTokens(String line) {
    this.line = line;
  }

  /** The fields. */
  static List<List<Token>> of(String line) throws Unreadable {
    if (line.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
      throw new Unreadable("holds a line break or a control character");
    }
    if (line.endsWith("\\")) {
      throw new Unreadable("ends with a backslash, which would join the next line to it");
    }
    return new RuleTokens(line).fields();
  }

  private List<List<Token>> fields() throws Unreadable {
    List<List<Token>> fields = new ArrayList<>();
    while (skipTo()) {
      List<Token> field = new ArrayList<>();
      boolean more = true;
      while (more && skipTo()) {
        field.add(token());
        more = at < line.length() && line.charAt(at) == ',';
      }
      fields.add(List.copyOf(field));
    }
    return fields;
  }

  /** Past blanks and commas; whether something is left. */
  private boolean skipTo() {
    while (at < line.length() && (blank(line.charAt(at)) || line.charAt(at) == ',')) {
      at++;
    }
    return at < line.length();
  }

  private Token token() throws Unreadable {
    StringBuilder text = new StringBuilder();
    boolean quoted = line.charAt(at) == '"';
    boolean inQuotes = false;
    for (; at < line.length(); at++) {
      char c = line.charAt(at);
      if (!inQuotes && (blank(c) || c == ',')) {
        break;
      }
      if (!inQuotes && c == '#') {
        throw new Unreadable("holds a comment, which belongs into the manifest's own comments");
      }
      if (c != '"') {
        text.append(c);
      } else if (inQuotes && at + 1 < line.length() && line.charAt(at + 1) == '"') {
        text.append(c);
        at++;
      } else {
        inQuotes = !inQuotes;
      }
    }
    if (inQuotes) {
      throw new Unreadable("has a quote that is not closed");
    }
    return new Token(text.toString(), quoted);
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }
}
