package dev.pglet.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How answers are written. */
final class Answers {
  static final String JSON = "application/json";
  static final String TEXT = "text/plain; charset=utf-8";

  private static final JsonMapper MAPPER = new JsonMapper();

  private Answers() {}

  static void json(Exchange exchange, int status, ObjectNode object) {
    exchange.respond(status, JSON, bytes(object));
  }

  static void text(Exchange exchange, int status, String text) {
    exchange.respond(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing a tree as JSON", e);
    }
  }

  /** Whether the client would take a table: one of its media types has {@code as=Table}. */
  static boolean asTable(Exchange exchange) {
    return exchange.header("Accept").stream()
        .flatMap(accept -> Arrays.stream(accept.split(",")))
        .anyMatch(type -> type.replace(" ", "").contains(";as=Table"));
  }

  /** The media type of a header's value, without parameters, in lower case. */
  static String mediaType(Exchange exchange) {
    String type = exchange.header("Content-Type").orElse(JSON);
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon))
        .strip()
        .toLowerCase(java.util.Locale.ROOT);
  }

  /** As Go's {@code strconv.ParseBool} reads it: clients in other languages write {@code True}. */
  static boolean isTrue(Exchange exchange, String parameter) {
    return exchange
        .query(parameter)
        .map(value -> value.equals("1") || value.equalsIgnoreCase("true") || value.equals("t"))
        .orElse(false);
  }
}
