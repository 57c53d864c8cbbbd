package dev.pglet.verb.logs;

import java.time.Instant;
import java.util.Optional;

/**
 * A line of a log, as it is shown.
 *
 * @param begins whether a message begins with it: else it goes on with the one before
 * @param time when the message was written, where the line says so
 * @param severity of the message; empty for a word that is not PostgreSQL's
 * @param text may be of several lines
 */
record LogLine(boolean begins, Optional<Instant> time, Optional<Severity> severity, String text) {
  static LogLine continuation(String text) {
    return new LogLine(false, Optional.empty(), Optional.empty(), text);
  }
}
