package dev.pglet.cli.output;

/** What {@code -o} asks for. */
public sealed interface OutputFormat {
  /** A table; wide shows the columns of lower priority too. */
  record Table(boolean wide) implements OutputFormat {}

  record Yaml() implements OutputFormat {}

  record Json() implements OutputFormat {}

  /** {@code kind/name} lines. */
  record Name() implements OutputFormat {}

  record Path(JsonPathTemplate template) implements OutputFormat {}

  /**
   * Reads the value of {@code -o}; empty is a table.
   *
   * @throws IllegalArgumentException with a message for people
   */
  static OutputFormat parse(String text) {
    if (text.startsWith("jsonpath=")) {
      return new Path(JsonPathTemplate.parse(text.substring("jsonpath=".length())));
    }
    return switch (text) {
      case "" -> new Table(false);
      case "wide" -> new Table(true);
      case "yaml" -> new Yaml();
      case "json" -> new Json();
      case "name" -> new Name();
      default ->
          throw new IllegalArgumentException(
              "-o: '%s' is no output format; write wide, yaml, json, name or jsonpath=…"
                  .formatted(text));
    };
  }
}
