package dev.pglet.host.postgres;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.postgres.PostgresServer.ConfigurationProblem;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets PostgreSQL read a candidate: {@code postgres -C} reads the whole file, prints every error of
 * it, and ends before it touches the data directory's lock. It does not look for the libraries that
 * would be preloaded: {@link PreloadLibraries} does.
 */
final class ConfigurationCheck {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final Pattern MESSAGE =
      Pattern.compile("(LOG|ERROR|FATAL|PANIC|HINT|DETAIL):  (.*)");
  private static final Pattern PLACE = Pattern.compile(" in file \"(.*)\" line (\\d+)");
  private static final Pattern SETTING =
      Pattern.compile("(?:configuration parameter|parameter) \"([^\"]+)\"");
  private static final Pattern SUMMARY =
      Pattern.compile("configuration file \".*\" contains errors.*");

  private final CommandRunner commands;

  ConfigurationCheck(CommandRunner commands) {
    this.commands = commands;
  }

  List<ConfigurationProblem> check(
      Binaries binaries, Path dataDirectory, Path configuration, ServerAccount account)
      throws ReconcileException {
    List<String> lines;
    try {
      lines = Files.readAllLines(configuration);
    } catch (IOException e) {
      throw new HostUnavailable(
          "ConfigurationUnreadable",
          "reading the candidate configuration " + configuration + ": " + e,
          "See that pglet may read there",
          e);
    }
    List<ConfigurationProblem> problems =
        new ArrayList<>(read(binaries, dataDirectory, configuration, account, lines));
    if (!problems.isEmpty() && problems.stream().allMatch(ConfigurationCheck::isUnknown)) {
      // Names are judged before values: without the unknown ones the values are judged, too.
      Path rest = configuration.resolveSibling(configuration.getFileName() + ".rest");
      problems.addAll(readRest(binaries, dataDirectory, rest, account, without(problems, lines)));
    }
    problems.addAll(PreloadLibraries.missing(lines, binaries));
    return List.copyOf(problems);
  }

  private List<ConfigurationProblem> readRest(
      Binaries binaries, Path dataDirectory, Path rest, ServerAccount account, List<String> lines)
      throws HostUnavailable {
    try {
      try {
        DurableFile.write(rest, String.join("\n", lines) + "\n", account);
        return read(binaries, dataDirectory, rest, account, lines);
      } finally {
        Files.deleteIfExists(rest);
      }
    } catch (IOException e) {
      throw new HostUnavailable(
          "ConfigurationNotWritten",
          "writing " + rest + ": " + e,
          "See that pglet may write there",
          e);
    }
  }

  private static boolean isUnknown(ConfigurationProblem problem) {
    return problem.line() > 0 && problem.message().startsWith("unrecognized configuration");
  }

  private static List<String> without(List<ConfigurationProblem> problems, List<String> lines) {
    List<String> rest = new ArrayList<>(lines);
    problems.forEach(problem -> rest.set(problem.line() - 1, ""));
    return rest;
  }

  private List<ConfigurationProblem> read(
      Binaries binaries, Path dataDirectory, Path file, ServerAccount account, List<String> lines)
      throws HostUnavailable {
    // The command line wins over the file: the messages we parse stay English.
    Invocation invocation =
        Invocation.of(
                DEADLINE,
                binaries.bin("postgres"),
                "-D",
                dataDirectory.toString(),
                "-c",
                "config_file=" + file,
                "-c",
                "lc_messages=C",
                "-C",
                "data_directory")
            .as(account);
    Result result = commands.run(invocation);
    if (result.exitCode() == 0) {
      return List.of();
    }
    List<ConfigurationProblem> problems = parse(result.stderr(), file, lines);
    if (problems.isEmpty()) {
      throw unexplained(binaries, result);
    }
    return problems;
  }

  private static HostUnavailable unexplained(Binaries binaries, Result result) {
    String words = result.stderr().lines().reduce((a, b) -> b).orElse("it said nothing");
    return new HostUnavailable(
        "CheckFailed",
        "%s could not check a configuration (exit code %d): %s"
            .formatted(binaries.bin("postgres"), result.exitCode(), words),
        "See that the server account can execute it");
  }

  static List<ConfigurationProblem> parse(String stderr, Path configuration, List<String> lines) {
    List<ConfigurationProblem> problems = new ArrayList<>();
    for (String line : stderr.lines().toList()) {
      Matcher message = MESSAGE.matcher(line);
      if (!message.find() || SUMMARY.matcher(message.group(2)).matches()) {
        continue;
      }
      String text = message.group(2);
      if (message.group(1).equals("HINT") || message.group(1).equals("DETAIL")) {
        if (!problems.isEmpty()) {
          ConfigurationProblem last = problems.removeLast();
          problems.add(
              new ConfigurationProblem(last.line(), last.setting(), last.message() + ". " + text));
        }
      } else {
        problems.add(problem(text, configuration, lines));
      }
    }
    return problems;
  }

  private static ConfigurationProblem problem(String text, Path configuration, List<String> lines) {
    Matcher setting = SETTING.matcher(text);
    String name = setting.find() ? setting.group(1) : "";
    Matcher place = PLACE.matcher(text);
    if (place.find()) {
      // Of an included file the place stays in the message.
      boolean ours = place.group(1).equals(configuration.toString());
      return new ConfigurationProblem(
          ours ? Integer.parseInt(place.group(2)) : 0,
          name,
          ours ? text.substring(0, place.start()) + text.substring(place.end()) : text);
    }
    return new ConfigurationProblem(lineOf(name, lines), name, text);
  }

  /** The line that is in force: the last one. */
  private static int lineOf(String setting, List<String> lines) {
    for (int i = lines.size(); i > 0 && !setting.isEmpty(); i--) {
      if (PreloadLibraries.name(lines.get(i - 1)).equals(setting.toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return 0;
  }
}
