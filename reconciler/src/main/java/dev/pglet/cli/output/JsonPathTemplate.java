package dev.pglet.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.apiserver.JsonPath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A text with paths in braces, as kubectl's {@code -o jsonpath} takes it: {@code {.status.port}},
 * {@code {"\n"}}, {@code {range .items[*]}…{end}}. A text without braces is a path. Immutable.
 */
public final class JsonPathTemplate {
  private sealed interface Part {}

  private record Literal(String text) implements Part {}

  private record Value(JsonPath path) implements Part {}

  private record Range(JsonPath path, List<Part> body) implements Part {}

  private final List<Part> parts;

  private JsonPathTemplate(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Understands a template.
   *
   * @throws IllegalArgumentException with a message for people
   */
  public static JsonPathTemplate parse(String text) {
    if (!text.contains("{")) {
      return new JsonPathTemplate(List.of(new Value(JsonPath.parse(text))));
    }
    Deque<List<Part>> open = new ArrayDeque<>();
    Deque<JsonPath> ranges = new ArrayDeque<>();
    open.push(new ArrayList<>());
    int at = 0;
    while (at < text.length()) {
      int brace = text.indexOf('{', at);
      if (brace != at) {
        int end = brace < 0 ? text.length() : brace;
        open.element().add(new Literal(text.substring(at, end)));
        at = end;
        continue;
      }
      int end = closing(text, at);
      String inside = text.substring(at + 1, end).strip();
      at = end + 1;
      if (inside.startsWith("range ")) {
        ranges.push(JsonPath.parse(inside.substring("range ".length()).strip()));
        open.push(new ArrayList<>());
      } else if (inside.equals("end")) {
        if (ranges.isEmpty()) {
          throw new IllegalArgumentException("jsonpath: {end} without {range …}");
        }
        List<Part> body = open.pop();
        open.element().add(new Range(ranges.pop(), List.copyOf(body)));
      } else {
        open.element().add(expression(inside));
      }
    }
    if (!ranges.isEmpty()) {
      throw new IllegalArgumentException("jsonpath: a {range …} has no {end}");
    }
    return new JsonPathTemplate(open.element());
  }

  private static Part expression(String inside) {
    if (inside.length() >= 2 && inside.startsWith("\"") && inside.endsWith("\"")) {
      return new Literal(inside.substring(1, inside.length() - 1).translateEscapes());
    }
    return new Value(JsonPath.parse(inside));
  }

  private static int closing(String text, int from) {
    char quote = 0;
    for (int i = from + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '}') {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "jsonpath: the brace at character %d is not closed".formatted(from + 1));
  }

  /** The text for an object; values of one path are joined by blanks. */
  public String render(JsonNode root) {
    StringBuilder out = new StringBuilder();
    render(parts, root, out);
    return out.toString();
  }

  private static void render(List<Part> parts, JsonNode node, StringBuilder out) {
    for (Part part : parts) {
      switch (part) {
        case Literal(String text) -> out.append(text);
        case Value(JsonPath path) ->
            out.append(
                path.find(node).stream()
                    .map(value -> value.isValueNode() ? value.asText() : value.toString())
                    .collect(Collectors.joining(" ")));
        case Range(JsonPath path, List<Part> body) ->
            path.find(node).forEach(item -> render(body, item, out));
      }
    }
  }
}
