package dev.pglet.verb.logs;

import dev.pglet.host.postgres.LogEntry;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lines of the formats that servers of pglet write: text with the prefix {@code '%m [%p] '},
 * behind which an audit has {@code '%q%u@%d %h '}, and {@code jsonlog} and {@code csvlog}, which
 * are shown as that text would be. Immutable.
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

  /** A line without its end. */
  LogLine parse(String line) {
    Optional<LogEntry> entry = LogEntry.parse(line);
    if (entry.isPresent()) {
      return line(entry.get());
    }
    Matcher matcher = TEXT.matcher(line);
    if (!matcher.matches() || SECONDARY.contains(matcher.group(3))) {
      return LogLine.continuation(line);
    }
    return new LogLine(
        true, time(matcher.group(1), matcher.group(2)), Severity.of(matcher.group(3)), line);
  }

  private LogLine line(LogEntry entry) {
    String stamp = entry.timestamp();
    int blank = stamp.lastIndexOf(' ');
    return new LogLine(
        true,
        time(stamp.substring(0, blank), stamp.substring(blank + 1)),
        Severity.of(entry.severity()),
        entry.text());
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
