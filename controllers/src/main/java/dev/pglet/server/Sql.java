package dev.pglet.server;

/** Quotes for SQL that takes no parameters, and reads values that came as text. */
public final class Sql {
  private Sql() {}

  /** One identifier in double quotes. */
  public static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /** A name with dots as quoted identifiers, for settings. */
  public static String identifiers(String name) {
    String[] parts = name.split("\\.", -1);
    StringBuilder sql = new StringBuilder();
    for (String part : parts) {
      sql.append(sql.isEmpty() ? "" : ".").append(identifier(part));
    }
    return sql.toString();
  }

  /** A literal in single quotes, whatever standard_conforming_strings says. */
  public static String literal(String value) {
    String quoted = "'" + value.replace("'", "''") + "'";
    return value.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }

  /** Whether a boolean that came as text is true; NULL, which is empty, is not. */
  public static boolean isTrue(String value) {
    return value.equals("t");
  }
}
