package dev.pglet.reconcile.testing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class warns of until this is closed. */
public final class LoggedWarnings implements AutoCloseable {
  private final Logger logger;
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Handler ear =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            records.add(entry);
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public LoggedWarnings(Class<?> logs) {
    logger = Logger.getLogger(logs.getName());
    logger.addHandler(ear);
  }

  /** With the keys and values. */
  public List<String> messages() {
    return records.stream().map(LogRecord::getMessage).toList();
  }

  /** The messages of the exceptions. */
  public List<String> causes() {
    return records.stream()
        .flatMap(entry -> Optional.ofNullable(entry.getThrown()).stream())
        .map(thrown -> String.valueOf(thrown.getMessage()))
        .toList();
  }

  @Override
  public void close() {
    logger.removeHandler(ear);
  }
}
