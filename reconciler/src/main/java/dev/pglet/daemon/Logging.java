package dev.pglet.daemon;

import dev.pglet.daemon.settings.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

  /** Helidon warns of each client that does not wait for its whole answer, which is its right. */
  private static boolean clientWentAway(LogRecord record) {
    String logger = record.getLoggerName();
    return logger != null
        && logger.startsWith(HELIDON.getName())
        && chain(record.getThrown()).stream()
            .map(each -> String.valueOf(each.getMessage()))
            .anyMatch(text -> text.contains("Broken pipe") || text.contains("Connection reset"));
  }

  private static List<Throwable> chain(@Nullable Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable each = thrown; each != null && !chain.contains(each); each = each.getCause()) {
      chain.add(each);
    }
    return chain;
  }

  private static final class Lines extends Handler {
    private final PrintStream err;

    Lines(PrintStream err) {
      this.err = err;
      setFormatter(new OneLine());
    }

    @Override
    public void publish(LogRecord record) {
      if (isLoggable(record) && !clientWentAway(record)) {
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
        line.append(thrown(record.getThrown()));
      }
      return line.append('\n').toString();
    }

    /**
     * A stack trace is for what is wrong in pglet; what the host or a client did is one line, with
     * its causes.
     */
    private static String thrown(Throwable thrown) {
      boolean ours =
          chain(thrown).stream()
              .anyMatch(
                  each ->
                      each instanceof Error
                          || (each instanceof RuntimeException
                              && !(each instanceof UncheckedIOException)));
      if (!ours) {
        return " ("
            + chain(thrown).stream()
                .map(Throwable::toString)
                .collect(Collectors.joining("; by "))
                .replace("\n", "\\n")
            + ")";
      }
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      return "\n" + trace.toString().stripTrailing();
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
