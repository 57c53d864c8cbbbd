package dev.pglet.cli.explain;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code explain}: what a field means, or where the values of a resource come from. */
public final class ExplainCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "explain", "Say what a field means, or where each value of a resource comes from.")
        .addOption(
            Options.flag(
                "Every field of a resource's whole spec, and where it was written.", "--resolved"))
        .addOption(Options.namespace())
        .addPositional(
            Options.words(
                "KIND[.FIELD] | KIND/NAME",
                "1..*",
                "Such as pg.network.port, or with --resolved pg/app."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    if (Options.has(arguments, "--resolved")) {
      return resolved(WholeSpec.key(words, Options.namespace(arguments), session), session);
    }
    if (words.size() != 1 || words.getFirst().contains("/")) {
      throw new UsageError("write KIND or KIND.FIELD; for a resource: KIND/NAME --resolved");
    }
    List<String> names = Arrays.asList(words.getFirst().split("\\.", -1));
    CrdDefinition kind = Target.kind(names.getFirst(), session.kinds());
    print(kind, FieldSchema.find(kind, names.subList(1, names.size())), session.out());
    return Cli.OK;
  }

  private static int resolved(ResourceKey key, Session session) throws ReconcileException {
    WholeSpec spec = WholeSpec.of(key, Optional.empty(), "", session);
    if (!spec.problems().isEmpty()) {
      spec.problems().forEach(session.err()::println);
      session
          .err()
          .printf("%s: the spec that was last accepted stays in force, if there is one%n", key);
      return Cli.FAILED;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("FIELD", "VALUE", "FROM"));
    spec.fields().forEach((field, value) -> lines.add(List.of(field, value.text(), value.from())));
    TablePrinter.print(session.out(), lines);
    return Cli.OK;
  }

  private static void print(CrdDefinition kind, FieldSchema field, PrintStream out) {
    out.println("Kind:     " + kind.kind() + " (" + kind.apiVersion() + ")");
    if (!field.path().isEmpty()) {
      out.println("Field:    " + field.path() + " <" + field.type() + ">");
    }
    field.byDefault().ifPresent(value -> out.println("Default:  " + value));
    field.values().ifPresent(values -> out.println("Values:   " + values));
    field.effect().ifPresent(effect -> out.println("Change:   " + effect));
    if (!field.description().isEmpty()) {
      out.println("Meaning:  " + field.description());
    }
    List<FieldSchema> children = field.children();
    if (!children.isEmpty()) {
      List<List<String>> lines = new ArrayList<>();
      lines.add(List.of("  FIELD", "TYPE", "MEANING"));
      for (FieldSchema child : children) {
        lines.add(List.of("  " + child.path(), child.type(), child.description()));
      }
      TablePrinter.print(out, lines);
    }
  }
}
