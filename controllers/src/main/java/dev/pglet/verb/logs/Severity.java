package dev.pglet.verb.logs;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** PostgreSQL's severities, in the order of what people are troubled by. */
enum Severity {
  DEBUG,
  LOG,
  INFO,
  NOTICE,
  WARNING,
  ERROR,
  FATAL,
  PANIC;

  /** As a server or a user writes it; empty for a word that is none. */
  static Optional<Severity> of(String word) {
    String upper = word.toUpperCase(Locale.ROOT);
    String plain = upper.matches("DEBUG[1-5]") ? "DEBUG" : upper;
    return Arrays.stream(values()).filter(severity -> severity.name().equals(plain)).findFirst();
  }
}
