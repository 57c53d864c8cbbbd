package dev.pglet.daemon;

import dev.pglet.cli.Cli;
import dev.pglet.cli.GlobalOptions;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.git.FilterProcess;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Where the process begins, as the daemon and as every verb. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    String training = System.getProperty("pglet.training", "");
    if (!training.isEmpty()) {
      Training.run(training);
      System.exit(Cli.OK);
    }
    // The launcher's terminal is UTF-8 whatever the locale says: manifests are.
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
            false,
            StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    System.exit(run(List.of(arguments), new Session.Console(System.in, out, err)));
  }

  /**
   * Runs one command line.
   *
   * @return the exit code
   */
  static int run(List<String> arguments, Session.Console console) {
    GlobalOptions options;
    try {
      options = GlobalOptions.take(arguments);
    } catch (UsageError e) {
      console.err().println("pglet: " + e.getMessage());
      return Cli.USAGE;
    }
    if (options.rest().equals(List.of("git", "filter"))) {
      return filter(console);
    }
    Wiring wiring = new Wiring(options.values(), console);
    return new Cli(new BuiltinVerbs(wiring), wiring::session, console.out(), console.err())
        .run(options.rest());
  }

  /**
   * What git runs, once for each git command that may touch a manifest: nothing else is loaded, and
   * no setting of pglet can break git.
   */
  private static int filter(Session.Console console) {
    try {
      FilterProcess.serve(console.in(), console.out());
      return Cli.OK;
    } catch (IOException e) {
      console.err().println("pglet git filter: " + e.getMessage() + "; only git can run this verb");
      return Cli.FAILED;
    }
  }
}
