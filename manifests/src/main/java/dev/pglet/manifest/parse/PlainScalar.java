package dev.pglet.manifest.parse;

import java.util.regex.Pattern;

/** What an unquoted scalar is, by the core schema of YAML 1.2. */
public final class PlainScalar {
  private static final Pattern NULL = Pattern.compile("|~|null|Null|NULL");
  private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
              + "|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  /** The forms that every YAML and JSON reader takes for the same whole number. */
  private static final Pattern DECIMAL_INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");

  private static final Pattern DECIMAL_NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?");

  private PlainScalar() {}

  public static boolean isNull(String text) {
    return NULL.matcher(text).matches();
  }

  public static boolean isBoolean(String text) {
    return BOOLEAN.matcher(text).matches();
  }

  public static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  public static boolean isDecimalInteger(String text) {
    return DECIMAL_INTEGER.matcher(text).matches();
  }

  public static boolean isDecimalNumber(String text) {
    return DECIMAL_NUMBER.matcher(text).matches();
  }

  /** Whether a reader that follows YAML 1.2 takes it for a string. */
  public static boolean isString(String text) {
    return !isNull(text) && !isBoolean(text) && !isNumber(text);
  }
}
