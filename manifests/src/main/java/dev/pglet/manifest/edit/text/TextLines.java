package dev.pglet.manifest.edit.text;

/** Lines and line ends of a text: {@code \n}, {@code \r\n} or {@code \r}. */
public final class TextLines {
  private TextLines() {}

  public static boolean isBreak(char c) {
    return c == '\n' || c == '\r';
  }

  /** Whether the index is right after a line end. */
  public static boolean isAfterBreak(String text, int index) {
    return index > 0 && isBreak(text.charAt(index - 1));
  }

  /** The index of the line end at or after the index; the length when there is none. */
  public static int endOfLine(String text, int index) {
    int end = index;
    while (end < text.length() && !isBreak(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** The index after the line end at the index; the same index when there is none. */
  public static int afterBreak(String text, int index) {
    if (index < text.length() && text.charAt(index) == '\r') {
      return index + 1 < text.length() && text.charAt(index + 1) == '\n' ? index + 2 : index + 1;
    }
    return index < text.length() && text.charAt(index) == '\n' ? index + 1 : index;
  }

  /** The index before the line end that ends at the index; the same index when there is none. */
  public static int beforeBreak(String text, int index) {
    if (!isAfterBreak(text, index)) {
      return index;
    }
    boolean both = index > 1 && text.charAt(index - 1) == '\n' && text.charAt(index - 2) == '\r';
    return both ? index - 2 : index - 1;
  }

  public static int startOfLine(String text, int index) {
    int start = index;
    while (start > 0 && !isBreak(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  /** The line end that is used at the index: that of the line before, else of its own line. */
  public static String newline(String text, int index) {
    int start = startOfLine(text, index);
    int at = start > 0 ? start - 1 : endOfLine(text, index);
    if (at > 0 && start > 0 && text.charAt(at) == '\n' && text.charAt(at - 1) == '\r') {
      return "\r\n";
    }
    String newline = text.substring(at, afterBreak(text, at));
    return newline.isEmpty() ? "\n" : newline;
  }
}
