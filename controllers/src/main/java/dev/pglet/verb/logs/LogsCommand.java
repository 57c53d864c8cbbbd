package dev.pglet.verb.logs;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.value;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.verb.NamedServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code logs}: what a server has written to its log, and with {@code -f} what it writes. */
public final class LogsCommand implements BuiltinCommand {
  private static final long POLL_MILLIS = 200;

  /** What is shown first of a log that is followed. */
  private static final long FIRST = 10;

  @Override
  public CommandSpec spec() {
    return Options.verb("logs", "Show the server log of an instance or a branch.")
        .addOption(Options.namespace())
        .addOption(
            flag(
                "Go on with what is written from now on; begins with the last 10 messages unless"
                    + " --tail or --since says otherwise.",
                "-f",
                "--follow"))
        .addOption(
            value(
                "10m|TIME",
                "Messages since so long, or since a time such as 2026-01-31T12:00:00Z.",
                "--since"))
        .addOption(value("N", "The last N messages.", "--tail"))
        .addOption(
            value(
                "LEVEL",
                "Messages of this severity or a graver one: debug, log, info, notice, warning,"
                    + " error, fatal, panic.",
                "--level"))
        .addPositional(NamedServer.word());
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    boolean follow = has(arguments, "-f");
    ServerLogs.Wanted wanted = wanted(arguments, follow, session.clock().instant());
    String name = Options.words(arguments).getFirst();
    NamedServer server = NamedServer.find(name, Options.namespace(arguments), session);
    Path directory = directory(server);
    try (ServerLogs logs = new ServerLogs(directory, new LogFormat(zone(server)), wanted)) {
      if (!logs.open() && !follow) {
        throw new Refused(
            "NoLog",
            "there is no log in " + directory + " yet",
            "See with pglet describe " + server.key() + " whether the server has ever started");
      }
      PrintStream out = session.out();
      logs.read(!follow, out::println);
      while (follow && !out.checkError()) {
        Thread.sleep(POLL_MILLIS);
        logs.poll(out::println);
      }
      return Cli.OK;
    } catch (AccessDeniedException e) {
      throw new HostUnavailable(
          "LogUnreadable",
          "this user may not read " + e.getFile(),
          "Run: sudo pglet logs " + server.key(),
          e);
    } catch (NoSuchFileException e) {
      throw new Refused(
          "NoLog",
          e.getFile() + " is not there",
          "See with pglet describe " + server.key() + " whether the server has ever started",
          e);
    } catch (IOException e) {
      throw new HostUnavailable(
          "LogUnreadable",
          "reading the log in %s: %s".formatted(directory, e.getMessage()),
          "See whether its file system is well",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Cli.OK;
    }
  }

  /** Beside the data, unless the status names another. */
  private static Path directory(NamedServer server) throws Refused {
    String named = server.status().path("logDirectory").asText();
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    return server
        .dataDirectory()
        .map(data -> data.resolveSibling("log"))
        .orElseThrow(
            () ->
                new Refused(
                    "NoLog",
                    server.key() + " has no data, and so no log, yet",
                    "See why with pglet describe " + server.key()));
  }

  private static ZoneId zone(NamedServer server) {
    try {
      return ZoneId.of(server.object().at("/spec/database/timezone").asText("UTC"));
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  private static ServerLogs.Wanted wanted(ParseResult arguments, boolean follow, Instant now) {
    Optional<Instant> since = option(arguments, "--since", text -> since(text, now));
    Optional<Long> tail = option(arguments, "--tail", LogsCommand::tail);
    return new ServerLogs.Wanted(
        since,
        tail.or(() -> follow && since.isEmpty() ? Optional.of(FIRST) : Optional.empty()),
        option(arguments, "--level", LogsCommand::level));
  }

  private static <T> Optional<T> option(
      ParseResult arguments, String name, Function<String, T> reading) {
    return Optional.<String>ofNullable(arguments.matchedOptionValue(name, null)).map(reading);
  }

  private static Instant since(String text, Instant now) {
    if (text.contains("T") || text.contains("-")) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        throw new UsageError(
            "--since: '%s' is no time; write 10m, or 2026-01-31T12:00:00Z".formatted(text));
      }
    }
    return now.minus(Options.duration("--since", text));
  }

  private static long tail(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new UsageError("--tail: '%s' is no number of messages".formatted(text));
    }
    return Long.parseLong(text);
  }

  private static Severity level(String text) {
    return Severity.of(text)
        .orElseThrow(
            () ->
                new UsageError(
                    "--level: '%s' is none of debug, log, info, notice, warning, error, fatal, panic"
                        .formatted(text)));
  }
}
