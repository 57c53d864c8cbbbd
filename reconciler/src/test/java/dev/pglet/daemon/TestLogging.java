package dev.pglet.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.daemon.settings.LogLevel;
import dev.pglet.reconcile.HostUnavailable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TestLogging {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void reset() throws Exception {
    LogManager.getLogManager().readConfiguration();
  }

  private String logged(String logger, Throwable thrown) {
    Logging.setUp(LogLevel.INFO, new PrintStream(err, true, StandardCharsets.UTF_8));
    LogRecord record = new LogRecord(Level.WARNING, "it went wrong");
    record.setLoggerName(logger);
    record.setThrown(thrown);
    Logger.getLogger(logger).log(record);
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aClientThatGoesAwayIsNoNews() {
    assertThat(
            logged(
                "io.helidon.webserver.ConnectionHandler",
                new UncheckedIOException(new IOException("Broken pipe"))))
        .isEmpty();
  }

  @Test
  void whateverElseHelidonWarnsOfIsSaid() {
    assertThat(logged("io.helidon.webserver.Http1", new IOException("no such thing")))
        .contains("it went wrong", "no such thing");
  }

  @Test
  void whatTheHostDidIsOneLineWithItsCauses() {
    HostUnavailable error =
        new HostUnavailable(
            "NoSpace", "the disk is full", "Free some", new IOException("No space left\non it"));
    error.addSuppressed(new HostUnavailable("NoSpace", "the first try", "Free some"));

    assertThat(logged("dev.pglet.x", error))
        .contains("it went wrong", "the disk is full", "; by ", "No space left\\non it")
        .hasLineCount(1);
  }

  @Test
  void whatIsWrongInPgletHasItsTrace() {
    assertThat(logged("dev.pglet.x", new IOException(new IllegalStateException("oh"))))
        .contains("IllegalStateException: oh", "\tat dev.pglet.daemon.TestLogging");
  }
}
