package dev.pglet.verb.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.verb.NamedServer;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code status}: on one screen what runs, and what is not as it should be. */
public final class StatusCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("status", "Show on one screen what runs, and what is not as it should be.")
        .addOption(Options.namespace())
        .addPositional(
            Options.words(
                "NAME", "0..*", "NAME or KIND/NAME, in more detail. Default: all there are."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<NamedServer> servers = Servers.named(arguments, session);
    if (Options.words(arguments).isEmpty()) {
      host(session);
      table(servers, session.out());
    } else {
      servers.forEach(server -> detail(server, session.out()));
    }
    troubles(servers, session.out());
    if (Options.words(arguments).isEmpty()) {
      others(session);
    }
    return Cli.OK;
  }

  private static void host(Session session) throws ReconcileException {
    PrintStream out = session.out();
    Optional<ObjectNode> daemon =
        session.daemon().isEmpty()
            ? Optional.empty()
            : session.daemon().get().get("/pglet/v1/daemon", RemoteResources.JSON);
    out.println(
        "Daemon:     "
            + daemon
                .map(
                    object ->
                        "pid %s watches %s"
                            .formatted(
                                object.path("pid").asText(), object.path("manifests").asText()))
                .orElse("none runs; start one with: pglet run DIR"));
    Path data = session.settings().dataRoot();
    out.println("Data root:  " + data + ", " + room(data));
  }

  /** Of the file system; of the nearest directory above when the path is not there. */
  private static String room(Path path) {
    Path there = path;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    long total = there.toFile().getTotalSpace();
    return "%s of %s free".formatted(bytes(there.toFile().getUsableSpace()), bytes(total));
  }

  private static void table(List<NamedServer> servers, PrintStream out) {
    if (servers.isEmpty()) {
      out.println("There is no instance and no branch.");
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("SERVER", "PHASE", "VERSION", "PORT", "CONNECTIONS", "DATA", "SINCE"));
    for (NamedServer server : servers) {
      JsonNode status = server.status();
      lines.add(
          List.of(
              server.key().toString(),
              status.path("phase").asText("Pending"),
              status.path("version").asText(),
              status.path("port").asText(),
              status.path("connections").asText(),
              status.has("dataSize") ? bytes(status.path("dataSize").asLong()) : "",
              status.path("startTime").asText()));
    }
    out.println();
    TablePrinter.print(out, lines);
  }

  private static void detail(NamedServer server, PrintStream out) {
    JsonNode status = server.status();
    out.println(server.key() + ": " + status.path("phase").asText("Pending"));
    line(out, "Version", status.path("version").asText());
    line(out, "Binaries", status.path("binaries").asText());
    line(out, "Process", status.path("pid").asText());
    line(out, "Since", status.path("startTime").asText());
    line(out, "Port", status.path("port").asText());
    line(out, "Connect", status.at("/connection/uri").asText());
    line(out, "Connections", status.path("connections").asText());
    server
        .dataDirectory()
        .ifPresent(data -> line(out, "Data", data + sizeOf(status) + ", " + room(data)));
    List<String> pending = new ArrayList<>();
    status.at("/config/pendingRestart").forEach(setting -> pending.add(setting.asText()));
    line(out, "For restart", String.join(", ", pending));
    Verdict verdict = Verdict.of(server);
    line(out, "Health", verdict.status());
    verdict.problems().forEach(problem -> out.println("                 " + problem));
  }

  private static String sizeOf(JsonNode status) {
    return status.has("dataSize") ? ", " + bytes(status.path("dataSize").asLong()) : "";
  }

  private static void line(PrintStream out, String label, String value) {
    if (!value.isEmpty()) {
      out.printf("  %-13s  %s%n", label + ":", value);
    }
  }

  private static void troubles(List<NamedServer> servers, PrintStream out) {
    boolean any = false;
    for (NamedServer server : servers) {
      for (Trouble trouble : Trouble.of(server)) {
        if (!any) {
          out.println();
          out.println("Not as it should be:");
          any = true;
        }
        out.println("  " + server.key() + "  " + trouble);
      }
    }
    if (!any && !servers.isEmpty()) {
      out.println();
      out.println("All is as it should be.");
    }
  }

  /** What no server's own line can say. */
  private static void others(Session session) throws ReconcileException {
    PrintStream out = session.out();
    session.rejected().forEach(problem -> out.println("  not in force  " + problem));
    session.heldPrunes().forEach(held -> out.println("  deletion held  " + held));
    int unmanaged = session.unmanaged().size();
    if (unmanaged > 0) {
      out.printf("%d without a manifest: pglet get --orphans%n", unmanaged);
    }
    session.watchTrouble().ifPresent(out::println);
  }

  static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = 0;
    double amount = bytes;
    while (amount >= 1024 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : "%.1f %s".formatted(amount, units[unit]);
  }
}
