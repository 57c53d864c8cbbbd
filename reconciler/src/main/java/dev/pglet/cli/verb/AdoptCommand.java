package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.has;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code adopt}: has a manifest for what is there without one. */
public final class AdoptCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "adopt",
            "Manage again what no manifest is about: retained data, or servers of other manifests.",
            "The manifest that it had last is written into the daemon's directory, unless one is",
            "there already, and its data are resumed.")
        .addOption(Options.namespace())
        .addOption(Options.flag("Wait until it is ready.", "--wait"))
        .addOption(Options.timeout("2m"))
        .addPositional(Options.words("KIND NAME… | KIND/NAME…", "0..*", "What to adopt."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    if (words.isEmpty()) {
      throw new UsageError("say what to adopt: KIND/NAME; pglet get --orphans lists what there is");
    }
    List<ResourceKey> adopted = new ArrayList<>();
    for (ResourceKey key : Target.keys(words, Options.namespace(arguments), session.kinds())) {
      Resources.Applied applied = session.adopt(key);
      adopted.add(key);
      session
          .out()
          .println(
              switch (applied.change()) {
                case CREATED -> key + " adopted; its manifest was written to " + applied.file();
                case CONFIGURED -> key + " adopted by its manifest in " + applied.file();
                case UNCHANGED -> key + " is managed already, by " + applied.file();
              });
    }
    return has(arguments, "--wait")
        ? new Waiting(session)
            .forCondition(
                adopted, "Ready", "True", Options.timeout(arguments, Duration.ofMinutes(2)))
        : Cli.OK;
  }
}
