package dev.pglet.daemon;

import dev.pglet.daemon.settings.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line per record on standard error: time, level, key=value pairs and the message. */
final class Logging {
  /** A logger that nobody refers to forgets its level. */
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private Logging() {}

  static void setUp(LogLevel level, PrintStream err) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.setLevel(level.level());
    // What a server says about its own start is no news to people who run databases.
    HELIDON.setLevel(Level.WARNING);
    root.addHandler(new Lines(err));
  }

  private static final class Lines extends Handler {
    private final PrintStream err;

    Lines(PrintStream err) {
      this.err = err;
      setFormatter(new OneLine());
    }

    @Override
    public void publish(LogRecord record) {
      if (isLoggable(record)) {
        err.print(getFormatter().format(record));
      }
    }

    @Override
    public void flush() {
      err.flush();
    }

    @Override
    public void close() {
      err.flush();
    }
  }

  static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder(160);
      line.append(record.getInstant().truncatedTo(ChronoUnit.MILLIS)).append(' ');
      line.append(name(record.getLevel())).append(' ');
      line.append(formatMessage(record).replace("\n", "\\n"));
      if (record.getThrown() != null) {
        StringWriter trace = new StringWriter();
        record.getThrown().printStackTrace(new PrintWriter(trace, true));
        line.append('\n').append(trace.toString().stripTrailing());
      }
      return line.append('\n').toString();
    }

    private static String name(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      if (level.intValue() >= Level.WARNING.intValue()) {
        return "WARN ";
      }
      return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }
  }
}
