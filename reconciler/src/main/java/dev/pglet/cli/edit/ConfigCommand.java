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
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code config set} and {@code config unset}: fields of one resource, all of them or none. */
public final class ConfigCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "config",
            "Set or unset fields of a resource in its file: paths below spec, such as"
                + " network.port=5433, or parameters, such as work_mem=8MB.")
        .addOption(Options.namespace())
        .addPositional(
            Options.words(
                "set NAME|KIND/NAME FIELD=VALUE… | unset NAME|KIND/NAME FIELD…",
                "0..*",
                "What to change; a list is written as '[a, b]'."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    boolean set = !words.isEmpty() && words.getFirst().equals("set");
    boolean unset = !words.isEmpty() && words.getFirst().equals("unset");
    if ((!set && !unset) || words.size() < 3) {
      throw new UsageError(
          "write: pglet config set NAME FIELD=VALUE…, or: pglet config unset NAME FIELD…");
    }
    ResourceKey key =
        new Named(session, _ -> true)
            .keys(List.of(words.get(1)), Options.namespace(arguments))
            .first();
    CrdDefinition kind = session.kinds().kind(key.kind()).orElseThrow();
    List<String> changes = words.subList(2, words.size());
    ObjectNode patch = set ? SpecPatch.setting(kind, changes) : SpecPatch.unsetting(kind, changes);
    Edited.patch(session, key, patch).print();
    return Cli.OK;
  }
}
