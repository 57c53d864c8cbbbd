package dev.pglet.daemon.settings;

import dev.pglet.reconcile.InvalidSpec;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;

/** How much the daemon logs. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG;

  public Level level() {
    return switch (this) {
      case ERROR -> Level.SEVERE;
      case WARN -> Level.WARNING;
      case INFO -> Level.INFO;
      case DEBUG -> Level.FINE;
    };
  }

  /** The setting; the default is the verb's own choice. */
  static Optional<LogLevel> resolve(Sources sources) throws InvalidSpec {
    Optional<Sources.Value> value = sources.find("--log-level", "PGLET_LOG_LEVEL", "logLevel");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    for (LogLevel level : values()) {
      if (level.name().equals(value.get().text().toUpperCase(Locale.ROOT))) {
        return Optional.of(level);
      }
    }
    throw new InvalidSpec(
        "WrongLogLevel",
        "logLevel",
        "%s is '%s'".formatted(value.get().source(), value.get().text()),
        "Write error, warn, info or debug");
  }
}
