package dev.pglet.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.reconcile.engine.Convergence;
import dev.pglet.reconcile.engine.Convergence.Standing;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What there is at the end: a table that people can connect by, and what is not well. */
final class Summary {
  private final PrintStream out;
  private final PrintStream err;

  Summary(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  void print(Daemon daemon, Convergence convergence) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("NAME", "PHASE", "PORT", "CONNECTION"));
    for (CrdDefinition kind : daemon.engine().kinds().all()) {
      for (ObjectNode object : daemon.engine().list(kind)) {
        lines.add(line(object));
      }
    }
    if (lines.size() > 1) {
      out.println();
      TablePrinter.print(out, lines);
    } else {
      out.println("There is no resource in " + daemon.manifests() + ".");
    }
    problems(convergence);
  }

  private static List<String> line(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    JsonNode status = object.path("status");
    return List.of(
        new ResourceKey(
                object.path("kind").asText(),
                metadata.path("namespace").asText(),
                metadata.path("name").asText())
            .toString(),
        status.path("phase").asText("Pending"),
        status.path("port").asText(""),
        status.path("connection").path("uri").asText(""));
  }

  private void problems(Convergence convergence) {
    convergence
        .rejected()
        .forEach(
            rejected ->
                rejected.problems().forEach(problem -> err.println("not in force: " + problem)));
    for (Map.Entry<ResourceKey, Standing> each : convergence.standings().entrySet()) {
      Standing standing = each.getValue();
      if (!standing.state().good()) {
        err.printf(
            "not ready: %s: %s%s%n",
            each.getKey(),
            standing.reason(),
            standing.message().isEmpty() ? "" : ": " + standing.message());
      }
    }
    if (convergence.timedOut()) {
      err.println("The time was up. Run it again to go on, or give more time with --timeout.");
    }
    out.flush();
    err.flush();
  }
}
