package dev.pglet.verb.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code config diff}: as {@code diff(1)}, 0 is no difference, 1 is one, more is trouble. */
public final class ConfigDiffCommand implements BuiltinCommand {
  private static final int DIFFERENT = 1;

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "diff",
            "Compare the settings that are wanted of a server with those in force, and find what"
                + " others have set: exit code 0 no difference, 1 some, 2 not known.")
        .addOption(Options.namespace())
        .addOption(Shown.option())
        .addPositional(NamedServer.word());
  }

  @Override
  public String under() {
    return "config";
  }

  @Override
  public int failure() {
    return Cli.USAGE;
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    String format = Shown.format(arguments);
    NamedServer server =
        NamedServer.find(Options.words(arguments).getFirst(), Options.namespace(arguments), session)
            .requireRunning();
    Map<String, Wanted> wanted = Wanted.of(server.key(), session);
    List<Difference> differences = Difference.between(wanted, Live.of(server, wanted.keySet()));
    if (format.equals("table")) {
      print(server, differences, session.out());
    } else {
      ObjectNode list = Shown.list("SettingDifferenceList", server);
      ArrayNode items = list.putArray("items");
      differences.forEach(
          each ->
              Shown.add(items, each.name(), each.wanted(), each.inForce())
                  .put("why", each.why())
                  .put("remedy", each.remedy()));
      Shown.print(list, format, session.out());
    }
    return differences.isEmpty() ? Cli.OK : DIFFERENT;
  }

  private static void print(NamedServer server, List<Difference> differences, PrintStream out) {
    if (differences.isEmpty()) {
      out.printf("%s: no difference%n", server.key());
      return;
    }
    out.printf("%s: %d difference(s)%n", server.key(), differences.size());
    for (Difference each : differences) {
      String name = each.name();
      out.printf(
          "  %s: %s, in force %s%n",
          name,
          each.wanted()
              .map(wanted -> "wanted " + Shown.value(name, wanted.value()))
              .orElse("not in the manifest"),
          each.inForce().map(live -> Shown.value(name, live.value())).orElse("-"));
      each.wanted().ifPresent(wanted -> out.println("    wanted by: " + wanted.origin()));
      out.println("    because: " + each.why());
      out.println("    " + each.remedy());
    }
  }
}
