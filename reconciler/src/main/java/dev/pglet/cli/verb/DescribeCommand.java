package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.output.Documents;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.reconcile.ReconcileException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code describe}: one resource for people: spec, status, conditions, events. */
public final class DescribeCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("describe", "Show a resource with its conditions and events.")
        .addOption(Options.namespace())
        .addPositional(Options.words("KIND NAME… | KIND/NAME…", "0..*", "What to describe."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    boolean complete = true;
    for (ResourceKey key :
        Target.keys(Options.words(arguments), Options.namespace(arguments), session.kinds())) {
      Optional<ObjectNode> object = session.resources().get(key);
      if (object.isPresent()) {
        describe(object.get(), session);
      } else {
        session.err().printf("pglet describe: %s not found%n", key);
        complete = false;
      }
    }
    return complete ? Cli.OK : Cli.FAILED;
  }

  private static void describe(ObjectNode object, Session session) throws ReconcileException {
    PrintStream out = session.out();
    JsonNode metadata = object.path("metadata");
    out.println("Name:        " + metadata.path("name").asText());
    out.println("Namespace:   " + metadata.path("namespace").asText());
    out.println("Kind:        " + object.path("kind").asText());
    out.println("UID:         " + metadata.path("uid").asText());
    out.println("Generation:  " + metadata.path("generation").asText());
    out.println("Created:     " + metadata.path("creationTimestamp").asText());
    block(out, "Spec", object.path("spec"));
    ObjectNode status = object.withObjectProperty("status").deepCopy();
    JsonNode conditions = status.path("conditions");
    status.remove("conditions");
    block(out, "Status", status);
    conditions(out, conditions);
    events(out, object, session);
  }

  private static void block(PrintStream out, String title, JsonNode node) {
    if (!node.isEmpty()) {
      out.println(title + ":");
      Documents.yaml(node).lines().forEach(line -> out.println("  " + line));
    }
  }

  private static void conditions(PrintStream out, JsonNode conditions) {
    if (conditions.isEmpty()) {
      return;
    }
    out.println("Conditions:");
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("  TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"));
    for (JsonNode condition : conditions) {
      lines.add(
          List.of(
              "  " + condition.path("type").asText(),
              condition.path("status").asText(),
              condition.path("lastTransitionTime").asText(),
              condition.path("reason").asText(),
              condition.path("message").asText()));
    }
    TablePrinter.print(out, lines);
  }

  private static void events(PrintStream out, ObjectNode object, Session session)
      throws ReconcileException {
    ResourceKey key =
        new ResourceKey(
            object.path("kind").asText(),
            object.path("metadata").path("namespace").asText(),
            object.path("metadata").path("name").asText());
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("  LAST SEEN", "COUNT", "TYPE", "REASON", "MESSAGE"));
    for (ObjectNode event : session.events()) {
      if (EventsCommand.about(event).equals(key)) {
        lines.add(
            List.of(
                "  " + event.path("lastTimestamp").asText(),
                event.path("count").asText(),
                event.path("type").asText(),
                event.path("reason").asText(),
                event.path("message").asText()));
      }
    }
    if (lines.size() > 1) {
      out.println("Events:");
      TablePrinter.print(out, lines);
    }
  }
}
