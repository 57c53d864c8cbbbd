package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The simple paths of printer columns and of {@code -o jsonpath}: {@code .a.b}, {@code ['a.b']},
 * {@code [0]}, {@code [-1]}, {@code [*]}, {@code .*} and {@code [?(@.type=="Ready")]}. Immutable.
 */
public final class JsonPath {
  private sealed interface Part {}

  private record Field(String name) implements Part {}

  private record Index(int index) implements Part {}

  private record All() implements Part {}

  private record Equal(JsonPath path, String value, boolean wanted) implements Part {}

  private final List<Part> parts;

  private JsonPath(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Understands a path.
   *
   * @throws IllegalArgumentException with a message for people when the path is not understood
   */
  public static JsonPath parse(String text) {
    return new Parser(text).parse();
  }

  /** All values at this path, in document order; none when it leads nowhere. */
  public List<JsonNode> find(JsonNode root) {
    List<JsonNode> found = List.of(root);
    for (Part part : parts) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : found) {
        step(node, part, next);
      }
      found = next;
    }
    return found;
  }

  private static void step(JsonNode node, Part part, List<JsonNode> into) {
    switch (part) {
      case Field(String name) -> addIfThere(node.get(name), into);
      case Index(int index) -> addIfThere(node.get(index < 0 ? node.size() + index : index), into);
      case All() -> node.forEach(into::add);
      case Equal(JsonPath path, String value, boolean wanted) ->
          node.forEach(
              child -> {
                boolean equal = path.find(child).stream().anyMatch(n -> n.asText().equals(value));
                if (equal == wanted) {
                  into.add(child);
                }
              });
    }
  }

  private static void addIfThere(@Nullable JsonNode node, List<JsonNode> into) {
    if (node != null && !node.isNull() && !node.isMissingNode()) {
      into.add(node);
    }
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    JsonPath parse() {
      List<Part> parts = new ArrayList<>();
      if (text.startsWith("$") || text.startsWith("@")) {
        at++;
      }
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '.') {
          if (at < text.length() && text.charAt(at) == '[') {
            continue;
          }
          parts.add(dotted());
        } else if (c == '[') {
          parts.add(bracketed());
        } else if (parts.isEmpty() && at == 1) {
          at--;
          parts.add(dotted());
        } else {
          throw wrong("expected . or [ at character " + at);
        }
      }
      return new JsonPath(parts);
    }

    private Part dotted() {
      int start = at;
      while (at < text.length() && ".[".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String name = text.substring(start, at);
      if (name.isEmpty()) {
        if (text.equals(".")) {
          return new Field("");
        }
        throw wrong("a name is missing at character " + (at + 1));
      }
      return name.equals("*") ? new All() : new Field(name);
    }

    private Part bracketed() {
      int end = closing();
      String inside = text.substring(at, end).strip();
      at = end + 1;
      if (inside.equals("*")) {
        return new All();
      }
      if (inside.startsWith("?(") && inside.endsWith(")")) {
        return filter(inside.substring(2, inside.length() - 1).strip());
      }
      if (isQuoted(inside)) {
        return new Field(inside.substring(1, inside.length() - 1));
      }
      try {
        return new Index(Integer.parseInt(inside));
      } catch (NumberFormatException e) {
        throw wrong(
            "[" + inside + "] is not understood; write [0], [*], ['name'] or [?(@.a==\"b\")]");
      }
    }

    /** The bracket that ends this one: brackets within quotes do not count. */
    private int closing() {
      char quote = 0;
      for (int i = at; i < text.length(); i++) {
        char c = text.charAt(i);
        if (quote != 0) {
          quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
          quote = c;
        } else if (c == ']') {
          return i;
        }
      }
      throw wrong("the bracket at character " + at + " is not closed");
    }

    private Part filter(String condition) {
      boolean wanted = !condition.contains("!=");
      String[] sides = condition.split(wanted ? "==" : "!=", 2);
      if (sides.length != 2 || !sides[0].strip().startsWith("@")) {
        throw wrong("the filter " + condition + " is not understood; write @.field==\"value\"");
      }
      String value = sides[1].strip();
      return new Equal(
          JsonPath.parse(sides[0].strip()),
          isQuoted(value) ? value.substring(1, value.length() - 1) : value,
          wanted);
    }

    private static boolean isQuoted(String value) {
      return value.length() >= 2
          && (value.charAt(0) == '"' || value.charAt(0) == '\'')
          && value.charAt(value.length() - 1) == value.charAt(0);
    }

    private IllegalArgumentException wrong(String what) {
      return new IllegalArgumentException("path " + text + ": " + what);
    }
  }
}
