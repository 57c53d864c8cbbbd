package dev.pglet.host.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One message of a log in PostgreSQL's {@code jsonlog} or {@code csvlog}.
 *
 * @param timestamp with its zone, such as {@code 2026-01-31 12:00:00.000 UTC}
 * @param session {@code user@database}; empty for what the server says of itself
 * @param further what follows the message, by its name such as {@code DETAIL}
 */
public record LogEntry(
    String timestamp,
    String pid,
    String session,
    String severity,
    String message,
    Map<String, String> further) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> JSON_FIELDS = new LinkedHashMap<>();

  /** Columns of a csvlog, from 0. */
  private static final int USER = 1;

  private static final int DATABASE = 2;
  private static final int PID = 3;
  private static final int SEVERITY = 11;
  private static final int MESSAGE = 13;
  private static final Map<Integer, String> CSV_FIELDS = new LinkedHashMap<>();

  static {
    JSON_FIELDS.put("detail", "DETAIL");
    JSON_FIELDS.put("hint", "HINT");
    JSON_FIELDS.put("internal_query", "QUERY");
    JSON_FIELDS.put("context", "CONTEXT");
    JSON_FIELDS.put("statement", "STATEMENT");
    JSON_FIELDS.put("backtrace", "BACKTRACE");
    CSV_FIELDS.put(14, "DETAIL");
    CSV_FIELDS.put(15, "HINT");
    CSV_FIELDS.put(16, "QUERY");
    CSV_FIELDS.put(18, "CONTEXT");
    CSV_FIELDS.put(19, "STATEMENT");
  }

  /** Reads a line without its end; empty for one that begins no message in either format. */
  public static Optional<LogEntry> parse(String line) {
    if (line.startsWith("{")) {
      return json(line);
    }
    return line.matches("[0-9]{4}-[0-9-]{5} [0-9:.]+ [^ ,]+,.*") ? csv(line) : Optional.empty();
  }

  private static Optional<LogEntry> json(String line) {
    JsonNode entry;
    try {
      entry = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    String timestamp = entry.path("timestamp").asText();
    if (timestamp.indexOf(' ') < 0) {
      return Optional.empty();
    }
    Map<String, String> further = new LinkedHashMap<>();
    JSON_FIELDS.forEach((field, name) -> put(further, name, entry.path(field).asText()));
    return Optional.of(
        new LogEntry(
            timestamp,
            entry.path("pid").asText(),
            session(entry.path("user").asText(), entry.path("dbname").asText()),
            entry.path("error_severity").asText(),
            entry.path("message").asText(),
            further));
  }

  /** Of a message of several lines the first, up to its end. */
  private static Optional<LogEntry> csv(String line) {
    List<String> columns = columns(line);
    if (columns.size() <= MESSAGE) {
      return Optional.empty();
    }
    Map<String, String> further = new LinkedHashMap<>();
    CSV_FIELDS.forEach(
        (column, name) -> put(further, name, column < columns.size() ? columns.get(column) : ""));
    return Optional.of(
        new LogEntry(
            columns.getFirst(),
            columns.get(PID),
            session(columns.get(USER), columns.get(DATABASE)),
            columns.get(SEVERITY),
            columns.get(MESSAGE),
            further));
  }

  private static List<String> columns(String line) {
    List<String> columns = new ArrayList<>();
    StringBuilder column = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        boolean twice = quoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
        if (twice) {
          column.append(c);
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        columns.add(column.toString());
        column.setLength(0);
      } else {
        column.append(c);
      }
    }
    columns.add(column.toString());
    return columns;
  }

  private static String session(String user, String database) {
    return user.isEmpty() ? "" : user + "@" + database;
  }

  private static void put(Map<String, String> further, String name, String value) {
    if (!value.isEmpty()) {
      further.put(name, value);
    }
  }

  /** As a server that logs text would have written it; of several lines, without the last end. */
  public String text() {
    String prefix = "%s [%s] ".formatted(timestamp, pid);
    StringBuilder text = new StringBuilder(prefix);
    if (!session.isEmpty()) {
      text.append(session).append(' ');
    }
    text.append(severity).append(":  ").append(message.replace("\n", "\n\t"));
    further.forEach(
        (name, value) ->
            text.append('\n')
                .append(prefix)
                .append(name)
                .append(":  ")
                .append(value.replace("\n", "\n\t")));
    return text.toString();
  }
}
