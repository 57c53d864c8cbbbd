package dev.pglet.daemon.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.Documents;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.manifest.Snapshot;
import dev.pglet.reconcile.HostCheck;
import dev.pglet.reconcile.HostCheck.Result;
import dev.pglet.reconcile.ReconcileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code check}: whether this host can run what the manifests want, before anything is made. */
public final class CheckCommand implements BuiltinCommand {
  private final DoctorCommand.Host host;

  public CheckCommand(DoctorCommand.Host host) {
    this.host = host;
  }

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "check",
            "Ask this host, before anything is made, whether it can run what the manifests want:"
                + " kernel, limits, versions, file systems, ports, account.")
        .addOption(Options.value("FORMAT", "yaml, json, or table, the default.", "-o", "--output"))
        .addPositional(
            Options.words(
                "DIR",
                "0..1",
                "The manifest directory. Default: the daemon's, else the settings'."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    String format = arguments.matchedOptionValue("-o", "table");
    if (!List.of("table", "yaml", "json").contains(format)) {
      throw new UsageError("-o: '%s' is none of yaml, json, table".formatted(format));
    }
    Optional<ObjectNode> daemon = DoctorCommand.daemon(session);
    Path directory = DoctorCommand.directory(arguments, daemon, host.settings());
    Optional<Snapshot> manifests =
        Files.isDirectory(directory)
            ? Optional.of(ManifestChecks.settled(host.manifests(directory)))
            : Optional.empty();
    List<HostCheck> checks =
        new ArrayList<>(DoctorCommand.hostChecks(host, directory, manifests, daemon));
    checks.add(manifests(directory, manifests));
    boolean fails = checks.stream().anyMatch(check -> check.result() == Result.FAIL);
    switch (format) {
      case "json" -> session.out().print(Documents.json(list(checks)));
      case "yaml" -> session.out().print(Documents.yaml(list(checks)));
      default -> print(checks, session);
    }
    return fails ? Cli.FAILED : Cli.OK;
  }

  /** For which manifests the host was asked. */
  private static HostCheck manifests(Path directory, Optional<Snapshot> manifests) {
    if (manifests.isEmpty()) {
      return HostCheck.ok("manifests", directory + " is not there: asked for none");
    }
    int bad = manifests.get().rejected().size();
    String found = "asked for %d of %s".formatted(manifests.get().accepted().size(), directory);
    return bad == 0
        ? HostCheck.ok("manifests", found)
        : HostCheck.warn(
            "manifests",
            found + ", not for those of %d file(s) that are rejected".formatted(bad),
            "See what is wrong with: pglet validate " + directory);
  }

  private static ObjectNode list(List<HostCheck> checks) {
    ObjectNode list =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "HostCheckList")
            .put("apiVersion", "pglet/v1");
    ArrayNode items = list.putArray("items");
    for (HostCheck check : checks) {
      ObjectNode item =
          items
              .addObject()
              .put("check", check.subject())
              .put("result", check.result().name())
              .put("found", check.detail());
      if (!check.remedy().isEmpty()) {
        item.put("remedy", check.remedy());
      }
    }
    return list;
  }

  private static void print(List<HostCheck> checks, Session session) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("RESULT", "CHECK", "FOUND"));
    for (HostCheck check : checks) {
      lines.add(List.of(check.result().name(), check.subject(), check.detail()));
      if (!check.remedy().isEmpty()) {
        lines.add(List.of("", "", "-> " + check.remedy()));
      }
    }
    TablePrinter.print(session.out(), lines);
  }
}
