package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code events}: what happened. */
public final class EventsCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("events", "Show what happened, oldest first.")
        .addOption(Options.namespace())
        .addPositional(
            Options.words("KIND NAME… | KIND/NAME…", "0..*", "Of these only. Default: of all."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    List<ObjectNode> events = session.events();
    if (!words.isEmpty()) {
      List<ResourceKey> keys = Target.keys(words, Options.namespace(arguments), session.kinds());
      events = events.stream().filter(event -> keys.contains(about(event))).toList();
    }
    if (events.isEmpty()) {
      session.err().println("No events found.");
      return Cli.OK;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("LAST SEEN", "COUNT", "TYPE", "REASON", "OBJECT", "MESSAGE"));
    for (ObjectNode event : events) {
      lines.add(
          List.of(
              event.path("lastTimestamp").asText(),
              event.path("count").asText(),
              event.path("type").asText(),
              event.path("reason").asText(),
              about(event).toString(),
              event.path("message").asText()));
    }
    TablePrinter.print(session.out(), lines);
    return Cli.OK;
  }

  static ResourceKey about(ObjectNode event) {
    var object = event.path("involvedObject");
    return new ResourceKey(
        object.path("kind").asText(),
        object.path("namespace").asText(),
        object.path("name").asText());
  }
}
