package dev.pglet.cli.edit;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Named;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.ReconcileException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code pause} and {@code resume}: a paused resource is seen and reported, and nothing is done to
 * it.
 */
public final class PauseCommand implements BuiltinCommand {
  private static final FieldPath PAUSED =
      FieldPath.of("metadata", "annotations", "pglet.dev/paused");

  private final String name;
  private final String done;
  private final JsonNode value;

  private PauseCommand(String name, String done, JsonNode value) {
    this.name = name;
    this.done = done;
    this.value = value;
  }

  public static PauseCommand pause() {
    return new PauseCommand("pause", "paused", TextNode.valueOf("true"));
  }

  public static PauseCommand resume() {
    return new PauseCommand("resume", "resumed", NullNode.getInstance());
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            name,
            value.isNull()
                ? "Go on with paused resources: remove the annotation pglet.dev/paused."
                : "Do nothing to resources, only report on them: the annotation pglet.dev/paused.")
        .addOption(flag("All resources, of all namespaces unless one is given.", "--all"))
        .addOption(Options.namespace())
        .addPositional(Options.words("NAME… | KIND/NAME…", "0..*", "What to " + name + "."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    boolean all = has(arguments, "--all");
    if (all != words.isEmpty()) {
      throw new UsageError("say what to %s: NAME…, KIND/NAME…, or --all".formatted(name));
    }
    Named named = new Named(session, _ -> true);
    Collection<ResourceKey> keys =
        all
            ? named.all(Optional.ofNullable(arguments.matchedOptionValue("-n", null)))
            : named.keys(words, Options.namespace(arguments));
    boolean complete = true;
    for (ResourceKey key : keys) {
      try {
        Edited edited = Edited.patch(session, key, MergePatch.at(PAUSED, value));
        edited.print(done);
      } catch (ReconcileException e) {
        session.err().printf("pglet %s: not done: %s: %s%n", name, key, e.explain());
        complete = false;
      }
    }
    return complete ? Cli.OK : Cli.FAILED;
  }
}
