package dev.pglet.verb.sql;

import java.util.regex.Pattern;

/** Values as words of a shell, and of the files that are written like shell. */
final class ShellWord {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellWord() {}

  /** For every POSIX shell: one word, whatever the value holds. */
  static String quote(String value) {
    return PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "'\\''") + "'";
  }

  /**
   * For files that programs read as {@code NAME=value}. They agree that a value in single quotes is
   * literal; one that holds a single quote goes into double quotes, with a backslash where the
   * shell wants one.
   */
  static String dotenv(String value) {
    if (PLAIN.matcher(value).matches() || value.indexOf('\'') < 0) {
      return quote(value);
    }
    return "\"" + value.replaceAll("[\"\\\\$`]", "\\\\$0") + "\"";
  }
}
