package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.timeout;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.daemon.EngineRuns;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code quickstart}: {@code run --once} behind a copy of the examples. */
public final class QuickstartCommand implements BuiltinCommand {
  private final EngineRuns runs;
  private final Path examples;

  /**
   * The verb.
   *
   * @param examples the directory of example manifests
   */
  public QuickstartCommand(EngineRuns runs, Path examples) {
    this.runs = runs;
    this.examples = examples;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb("quickstart", "Copy the example manifests and make them so.")
        .addOption(timeout("10m"))
        .addPositional(Options.words("DIR", "0..1", "Where to. Default: ./quickstart."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    String name = words.isEmpty() ? "quickstart" : words.getFirst();
    Path directory = Path.of(name).toAbsolutePath().normalize();
    copy(directory);
    session
        .out()
        .printf(
            "Copied the example manifests to %s. This is: pglet run --once %s%n", directory, name);
    boolean good = runs.once(session, directory, false, timeout(arguments, Duration.ofMinutes(10)));
    if (good) {
      session
          .out()
          .printf(
              "%nThe servers keep running. Edit %s and run it again, or let it be watched: pglet run %s%n",
              name, name);
      session
          .out()
          .println(
              "To stop them: pglet stop --all. To remove everything: pglet cleanup --all --data");
    }
    return good ? Cli.OK : Cli.FAILED;
  }

  /** Never overwrites: a file that is there is the user's. */
  private void copy(Path directory) throws ReconcileException {
    try (Stream<Path> files = Files.list(examples)) {
      Files.createDirectories(directory);
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        Path copy = directory.resolve(file.getFileName());
        try {
          Files.copy(file, copy);
        } catch (FileAlreadyExistsException e) {
          if (!isCopy(file, copy)) {
            throw new Refused(
                "FileExists",
                copy + " exists and is not a copy of the example",
                "Run pglet run --once %s to use it as it is, or name another directory"
                    .formatted(directory));
          }
        }
      }
    } catch (IOException e) {
      throw new HostUnavailable(
          "CopyFailed",
          "cannot copy the example manifests from %s to %s: %s".formatted(examples, directory, e),
          "Name a directory that you can write: pglet quickstart DIR",
          e);
    }
  }

  /** The same text but for the status that pglet has written into it. */
  private static boolean isCopy(Path example, Path copy) throws IOException {
    String written = Files.readString(copy);
    String original = Files.readString(example);
    return written.equals(original) || written.startsWith(original.stripTrailing() + "\nstatus:");
  }
}
