package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.output.Documents;
import dev.pglet.cli.output.OutputFormat;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.util.List;
import java.util.Optional;

/** {@code get -w}: shows what is there and then each change, until interrupted. */
final class GetWatch {
  private final Session session;
  private final OutputFormat format;
  private final boolean headers;

  GetWatch(Session session, OutputFormat format, boolean headers) {
    this.session = session;
    this.format = format;
    this.headers = headers;
  }

  int run(List<Target> targets, Optional<String> namespace) throws ReconcileException {
    if (targets.size() != 1) {
      throw new UsageError("-w watches one kind or one resource");
    }
    Target target = targets.getFirst();
    ApiClient client =
        session
            .daemon()
            .orElseThrow(
                () ->
                    new Refused(
                        "NoDaemon",
                        "no daemon runs, so nothing changes that could be watched",
                        "Start one with pglet run DIR"));
    String path =
        RemoteResources.collection(target.kind(), target.namespace().or(() -> namespace))
            + "?watch=1"
            + target.name().map(name -> "&fieldSelector=metadata.name%3D" + name).orElse("");
    boolean table = format instanceof OutputFormat.Table;
    boolean wide = format instanceof OutputFormat.Table(boolean all) && all;
    TablePrinter printer = new TablePrinter(session.out(), wide, namespace.isEmpty(), headers);
    client.watch(
        path,
        table ? RemoteResources.TABLE : RemoteResources.JSON,
        event -> {
          show(event, printer, table);
          return !session.out().checkError();
        });
    return Cli.OK;
  }

  private void show(ObjectNode event, TablePrinter printer, boolean table)
      throws ReconcileException {
    String type = event.path("type").asText();
    ObjectNode object = (ObjectNode) event.path("object");
    switch (type) {
      case "BOOKMARK" -> {}
      case "ERROR" -> throw ApiClient.failure(object.path("code").asInt(), object);
      default -> {
        if (table) {
          printer.print(object);
        } else if (format instanceof OutputFormat.Yaml) {
          session.out().print("---\n" + Documents.yaml(object));
        } else {
          session.out().print(GetCommand.text(object, format));
        }
        session.out().flush();
      }
    }
  }
}
