package dev.pglet.cli.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    ObjectNode patch = patch(kind, words.subList(2, words.size()), set);
    Edited.patch(session, key, patch).print();
    return Cli.OK;
  }

  private static ObjectNode patch(CrdDefinition kind, List<String> changes, boolean set) {
    JsonNode patch = JsonNodeFactory.instance.objectNode();
    Set<FieldPath> seen = new HashSet<>();
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (set != equals > 0) {
        throw new UsageError(
            set
                ? "'" + change + "' has no value: write FIELD=VALUE"
                : "'" + change + "' has a value: to unset a field write its name alone");
      }
      SpecField field = SpecField.of(kind, set ? change.substring(0, equals) : change);
      if (!seen.add(field.path())) {
        throw new UsageError(field.path() + " is named twice");
      }
      JsonNode value = set ? field.value(change.substring(equals + 1)) : NullNode.getInstance();
      patch = MergePatch.join(patch, field.patch(value));
    }
    return (ObjectNode) patch;
  }
}
