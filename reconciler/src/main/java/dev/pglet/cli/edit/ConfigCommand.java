package dev.pglet.cli.edit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Named;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code config}: {@code set} and {@code unset} change fields of one resource, all of them or none;
 * what else there is below it comes from the kinds.
 */
public final class ConfigCommand implements BuiltinCommand {
  private final List<Command> ofKinds;

  public ConfigCommand(List<Command> ofKinds) {
    this.ofKinds = List.copyOf(ofKinds);
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
        "config", "Show the settings of a server, or change fields of a resource in its file.");
  }

  @Override
  public List<Command> commands() {
    return Stream.concat(Stream.of(Edit.SET, Edit.UNSET), ofKinds.stream()).toList();
  }

  @Override
  public int run(ParseResult arguments, Session session) {
    throw new UsageError(
        "write what to do: "
            + String.join(", ", commands().stream().map(each -> each.spec().name()).toList()));
  }

  /** Changes fields in the file. */
  private record Edit(String name, String fields, String description) implements BuiltinCommand {
    static final Edit SET =
        new Edit(
            "set",
            "FIELD=VALUE",
            "Set fields of a resource in its file: paths below spec, such as network.port=5433, or"
                + " parameters, such as work_mem=8MB.");
    static final Edit UNSET =
        new Edit("unset", "FIELD", "Remove fields of a resource, or parameters, from its file.");

    @Override
    public CommandSpec spec() {
      return Options.verb(name, description)
          .addOption(Options.namespace())
          .addPositional(
              Options.words(
                  "NAME|KIND/NAME " + fields + "…",
                  "0..*",
                  "What to change; a list is written as '[a, b]'."));
    }

    @Override
    public int run(ParseResult arguments, Session session) throws ReconcileException {
      List<String> words = Options.words(arguments);
      if (words.size() < 2) {
        throw new UsageError("write: pglet config %s NAME %s…".formatted(name, fields));
      }
      ResourceKey key =
          new Named(session, _ -> true)
              .keys(List.of(words.getFirst()), Options.namespace(arguments))
              .first();
      CrdDefinition kind = session.kinds().kind(key.kind()).orElseThrow();
      List<String> changes = words.subList(1, words.size());
      ObjectNode patch =
          equals(SET) ? SpecPatch.setting(kind, changes) : SpecPatch.unsetting(kind, changes);
      Edited.patch(session, key, patch).print();
      return Cli.OK;
    }
  }
}
