package dev.pglet.verb.state;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code health}: whether servers are well, also as an exit code: 0 yes, 1 no, 2 not known. */
public final class HealthCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb(
            "health", "Say whether instances and branches are well: exit code 0 yes, 1 no.")
        .addOption(Options.namespace())
        .addOption(Options.value("FORMAT", "json, or text, the default.", "-o", "--output"))
        .addPositional(
            Options.words("NAME", "0..*", "NAME or KIND/NAME. Default: all of every namespace."));
  }

  /** 1 is an answer. */
  @Override
  public int failure() {
    return Cli.USAGE;
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    String format = arguments.matchedOptionValue("-o", "text");
    if (!format.equals("json") && !format.equals("text")) {
      throw new UsageError("-o: '%s' is neither json nor text".formatted(format));
    }
    List<Verdict> verdicts = Servers.named(arguments, session).stream().map(Verdict::of).toList();
    boolean healthy = verdicts.stream().allMatch(Verdict::healthy);
    if (format.equals("json")) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("healthy", healthy);
      ArrayNode resources = json.putArray("resources");
      verdicts.forEach(verdict -> resources.add(verdict.json()));
      session.out().println(json.toPrettyString());
    } else {
      for (Verdict verdict : verdicts) {
        session.out().printf("%s: %s%n", verdict.resource(), verdict.status());
        verdict.problems().forEach(problem -> session.out().println("  " + problem));
      }
      if (verdicts.isEmpty()) {
        session.out().println("There is no instance and no branch.");
      }
    }
    return healthy ? Cli.OK : Cli.FAILED;
  }
}
