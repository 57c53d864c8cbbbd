package dev.pglet.daemon;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.manifest.Problem;
import dev.pglet.manifest.Rejected;
import dev.pglet.reconcile.engine.Unmanaged;
import dev.pglet.reconcile.state.Event;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What the engine tells, as objects of the API. */
final class EventObjects {
  private EventObjects() {}

  /** An event as a core {@code v1} Event. */
  static ObjectNode event(Event event) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", "Event").put("apiVersion", "v1");
    object
        .putObject("metadata")
        .put("name", "%s.%x".formatted(event.key().name(), event.first().toEpochMilli()))
        .put("namespace", event.key().namespace());
    object
        .putObject("involvedObject")
        .put("kind", event.key().kind())
        .put("namespace", event.key().namespace())
        .put("name", event.key().name());
    object.put("type", event.type() == Event.Type.WARNING ? "Warning" : "Normal");
    object.put("reason", event.reason()).put("message", event.message());
    object.put("count", event.count());
    object.put("firstTimestamp", event.first().truncatedTo(ChronoUnit.SECONDS).toString());
    object.put("lastTimestamp", event.last().truncatedTo(ChronoUnit.SECONDS).toString());
    return object;
  }

  static ObjectNode rejected(Rejected rejected) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("file", rejected.file().toString());
    var problems = object.putArray("problems");
    lines(rejected).forEach(problems::add);
    return object;
  }

  static ObjectNode unmanaged(Unmanaged unmanaged) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("resource", unmanaged.key().toString())
        .put("root", unmanaged.root())
        .put("retained", unmanaged.retained())
        .put("place", unmanaged.place())
        .put("explanation", unmanaged.explanation());
  }

  static List<String> lines(Rejected rejected) {
    return rejected.problems().stream().map(Problem::toString).toList();
  }
}
