package dev.pglet.verb.logs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lines of either format that servers of pglet write: text with the prefix {@code '%m [%p]
 * '}, behind which an audit has {@code '%q%u@%d %h '}, and {@code jsonlog}, which is shown as that
 * text would be. Immutable.
 *
 * @param zone of the server's {@code log_timezone}: for abbreviations, which are not unique
 */
record LogFormat(ZoneId zone) {
  private static final Pattern TEXT =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}) (\\S+) \\[\\d+\\] "
              + "(?:[^\n]*?@[^\n]*? \\S* )??([^ :]+):  .*",
          Pattern.DOTALL);

  /** They follow the message that they are about, each with a prefix of its own. */
  private static final Set<String> SECONDARY =
      Set.of("DETAIL", "HINT", "QUERY", "CONTEXT", "LOCATION", "STATEMENT", "BACKTRACE");

  private static final Map<String, String> FURTHER =
      Map.of(
          "detail", "DETAIL",
          "hint", "HINT",
          "internal_query", "QUERY",
          "context", "CONTEXT",
          "statement", "STATEMENT",
          "backtrace", "BACKTRACE");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A line without its end. */
  LogLine parse(String line) {
    if (line.startsWith("{")) {
      Optional<LogLine> json = json(line);
      if (json.isPresent()) {
        return json.get();
      }
    }
    Matcher matcher = TEXT.matcher(line);
    if (!matcher.matches() || SECONDARY.contains(matcher.group(3))) {
      return LogLine.continuation(line);
    }
    return new LogLine(
        true, time(matcher.group(1), matcher.group(2)), Severity.of(matcher.group(3)), line);
  }

  private Optional<LogLine> json(String line) {
    JsonNode entry;
    try {
      entry = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    String stamp = entry.path("timestamp").asText();
    int blank = stamp.lastIndexOf(' ');
    if (blank < 0) {
      return Optional.empty();
    }
    String prefix = "%s [%s] ".formatted(stamp, entry.path("pid").asText());
    String user = entry.path("user").asText();
    String severity = entry.path("error_severity").asText();
    StringBuilder text = new StringBuilder(prefix);
    if (!user.isEmpty()) {
      text.append(user).append('@').append(entry.path("dbname").asText()).append(' ');
    }
    text.append(severity)
        .append(":  ")
        .append(entry.path("message").asText().replace("\n", "\n\t"));
    for (String field :
        List.of("detail", "hint", "internal_query", "context", "statement", "backtrace")) {
      String value = entry.path(field).asText();
      if (!value.isEmpty()) {
        text.append('\n').append(prefix).append(FURTHER.get(field)).append(":  ");
        text.append(value.replace("\n", "\n\t"));
      }
    }
    return Optional.of(
        new LogLine(
            true,
            time(stamp.substring(0, blank), stamp.substring(blank + 1)),
            Severity.of(severity),
            text.toString()));
  }

  private Optional<Instant> time(String local, String abbreviation) {
    try {
      ZoneId in =
          switch (abbreviation) {
            case "UTC", "GMT" -> ZoneOffset.UTC;
            default ->
                abbreviation.startsWith("+") || abbreviation.startsWith("-")
                    ? ZoneOffset.of(abbreviation)
                    : zone;
          };
      return Optional.of(LocalDateTime.parse(local.replace(' ', 'T')).atZone(in).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
