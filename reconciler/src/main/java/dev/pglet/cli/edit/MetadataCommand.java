package dev.pglet.cli.edit;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code label} and {@code annotate}, with kubectl's syntax. */
public final class MetadataCommand implements BuiltinCommand {
  private final String name;
  private final String field;
  private final String done;

  private MetadataCommand(String name, String field, String done) {
    this.name = name;
    this.field = field;
    this.done = done;
  }

  public static MetadataCommand label() {
    return new MetadataCommand("label", "labels", "labeled");
  }

  public static MetadataCommand annotate() {
    return new MetadataCommand("annotate", "annotations", "annotated");
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(name, "Set (KEY=VALUE) or remove (KEY-) %s in manifests.".formatted(field))
        .addOption(flag("Replace values that are there already.", "--overwrite"))
        .addOption(Options.namespace())
        .addPositional(
            Options.words(
                "KIND NAME… | KIND/NAME… KEY=VALUE… KEY-…", "0..*", "What to " + name + "."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    List<String> changes = words.stream().filter(MetadataChange::isChange).toList();
    List<String> names = words.stream().filter(word -> !MetadataChange.isChange(word)).toList();
    if (changes.isEmpty() || names.isEmpty()) {
      throw new UsageError(
          "write: pglet %s KIND NAME KEY=VALUE, or KEY- to remove one".formatted(name));
    }
    MetadataChange change = MetadataChange.of(field, changes);
    boolean all = true;
    for (ResourceKey key : Target.keys(names, Options.namespace(arguments), session.kinds())) {
      all &= change(session, key, change, has(arguments, "--overwrite"));
    }
    return all ? Cli.OK : Cli.FAILED;
  }

  private boolean change(Session session, ResourceKey key, MetadataChange change, boolean overwrite)
      throws ReconcileException {
    Optional<ObjectNode> object = session.resources().get(key);
    if (object.isEmpty()) {
      session.err().printf("pglet %s: %s not found%n", name, key);
      return false;
    }
    List<String> taken = overwrite ? List.of() : change.overwritten(object.get());
    if (!taken.isEmpty()) {
      session
          .err()
          .printf(
              "pglet %s: %s: %s, and --overwrite is not given; nothing was changed%n",
              name, key, String.join(", ", taken));
      return false;
    }
    for (String missing : change.missing(object.get())) {
      session.err().printf("pglet %s: %s has no '%s'%n", name, key, missing);
    }
    Edited edited = Edited.patch(session, key, change.patch());
    edited.print(done);
    return true;
  }
}
