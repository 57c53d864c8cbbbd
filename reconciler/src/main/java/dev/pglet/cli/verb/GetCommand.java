package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.value;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.apiserver.Tables;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.cli.output.Documents;
import dev.pglet.cli.output.OutputFormat;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.reconcile.ReconcileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code get}: shows resources, once or as they change. */
public final class GetCommand implements BuiltinCommand {
  @Override
  public CommandSpec spec() {
    return Options.verb("get", "Show resources.")
        .addOption(
            value(
                "FORMAT",
                "wide, yaml, json, name or jsonpath=TEMPLATE. Default: a table.",
                "-o",
                "--output"))
        .addOption(flag("Go on and show every change.", "-w", "--watch"))
        .addOption(Options.namespace())
        .addOption(flag("All namespaces.", "-A", "--all-namespaces"))
        .addOption(
            flag("What has no manifest, where its data is, and what to do with it.", "--orphans"))
        .addOption(flag("Leave out the table's headings.", "--no-headers"))
        .addPositional(
            Options.words(
                "KIND [NAME…] | KIND/NAME…",
                "0..*",
                "A kind by its name, plural or short name; several joined by commas; or all."));
  }

  /** What was asked for. */
  private record Request(
      List<Target> targets, Optional<String> namespace, OutputFormat format, boolean headers) {
    boolean named() {
      return targets.getFirst().name().isPresent();
    }

    Map<CrdDefinition, List<Target>> byKind() {
      Map<CrdDefinition, List<Target>> byKind = new LinkedHashMap<>();
      for (Target target : targets) {
        byKind.computeIfAbsent(target.kind(), kind -> new ArrayList<>()).add(target);
      }
      return byKind;
    }
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    if (has(arguments, "--orphans")) {
      return orphans(arguments, session);
    }
    Request request = request(arguments, session);
    if (has(arguments, "-w")) {
      return new GetWatch(session, request.format(), request.headers())
          .run(request.targets(), request.namespace());
    }
    if (request.format() instanceof OutputFormat.Table(boolean wide)) {
      return tables(session, request, wide);
    }
    boolean complete = true;
    List<ObjectNode> objects = new ArrayList<>();
    for (Target target : request.targets()) {
      List<ObjectNode> found = objects(session, request, target);
      complete &= !found.isEmpty() || missing(session, target);
      objects.addAll(found);
    }
    show(session, request, objects);
    return complete ? Cli.OK : Cli.FAILED;
  }

  private static int orphans(ParseResult arguments, Session session) throws ReconcileException {
    if (!Options.words(arguments).isEmpty() || has(arguments, "-w")) {
      throw new UsageError(
          "--orphans lists those of all kinds, once: leave out kinds, names and -w");
    }
    OrphanListing.print(session, format(arguments), !has(arguments, "--no-headers"));
    return Cli.OK;
  }

  private static OutputFormat format(ParseResult arguments) {
    try {
      return OutputFormat.parse(arguments.matchedOptionValue("-o", ""));
    } catch (IllegalArgumentException e) {
      throw new UsageError(e.getMessage() == null ? "-o is not understood" : e.getMessage());
    }
  }

  private static Request request(ParseResult arguments, Session session) {
    boolean all = has(arguments, "-A");
    OutputFormat format = format(arguments);
    List<Target> targets = Target.parse(Options.words(arguments), session.kinds());
    if (all && targets.getFirst().name().isPresent()) {
      throw new UsageError("a name is looked up in one namespace: leave out -A");
    }
    return new Request(
        targets,
        all ? Optional.empty() : Optional.of(Options.namespace(arguments)),
        format,
        !has(arguments, "--no-headers"));
  }

  private static List<ObjectNode> objects(Session session, Request request, Target target)
      throws ReconcileException {
    if (target.name().isPresent()) {
      return session
          .resources()
          .get(target.key(request.namespace().orElse(ResourceKey.DEFAULT_NAMESPACE)))
          .map(List::of)
          .orElse(List.of());
    }
    return session.resources().list(target.kind()).stream()
        .filter(
            object ->
                request
                    .namespace()
                    .map(ns -> object.path("metadata").path("namespace").asText().equals(ns))
                    .orElse(true))
        .toList();
  }

  private static int tables(Session session, Request request, boolean wide)
      throws ReconcileException {
    boolean complete = true;
    int shown = 0;
    for (Map.Entry<CrdDefinition, List<Target>> each : request.byKind().entrySet()) {
      List<ObjectNode> tables = new ArrayList<>();
      for (Target target : each.getValue()) {
        Optional<ObjectNode> table = table(session, request, target);
        complete &= table.isPresent() || missing(session, target);
        table.filter(found -> !found.path("rows").isEmpty()).ifPresent(tables::add);
      }
      if (!tables.isEmpty()) {
        if (shown > 0) {
          session.out().println();
        }
        new TablePrinter(session.out(), wide, request.namespace().isEmpty(), request.headers())
            .print(merged(tables));
        shown++;
      }
    }
    if (shown == 0 && complete) {
      session.err().println("No resources found.");
    }
    for (String problem : session.rejected()) {
      session.err().println("not in force: " + problem);
    }
    for (String key : session.heldPrunes()) {
      session.err().printf("held: %s: its manifest is gone; see: pglet prune%n", key);
    }
    session.watchTrouble().ifPresent(trouble -> session.err().println("late: " + trouble));
    return complete ? Cli.OK : Cli.FAILED;
  }

  private static ObjectNode merged(List<ObjectNode> tables) {
    ObjectNode all = tables.getFirst();
    for (ObjectNode table : tables.subList(1, tables.size())) {
      ((ArrayNode) all.path("rows")).addAll((ArrayNode) table.path("rows"));
    }
    return all;
  }

  /** Rendered by the daemon where one runs, so that its columns are shown whatever this version. */
  private static Optional<ObjectNode> table(Session session, Request request, Target target)
      throws ReconcileException {
    if (session.daemon().isPresent()) {
      String path =
          RemoteResources.collection(target.kind(), target.namespace().or(request::namespace));
      return session
          .daemon()
          .get()
          .get(target.name().map(name -> path + "/" + name).orElse(path), RemoteResources.TABLE);
    }
    List<ObjectNode> objects = objects(session, request, target);
    return target.name().isPresent() && objects.isEmpty()
        ? Optional.empty()
        : Optional.of(new Tables(session.clock()).table(target.kind(), objects, 0));
  }

  /** Says that a named one is missing; an empty list is fine. */
  private static boolean missing(Session session, Target target) {
    target
        .name()
        .ifPresent(
            name ->
                session
                    .err()
                    .printf("pglet get: %s \"%s\" not found%n", target.kind().plural(), name));
    return target.name().isEmpty();
  }

  private static void show(Session session, Request request, List<ObjectNode> objects) {
    if (request.format() instanceof OutputFormat.Name) {
      objects.forEach(object -> session.out().println(Documents.name(object)));
      return;
    }
    if (objects.isEmpty() && request.named()) {
      return;
    }
    ObjectNode shown;
    if (objects.size() == 1 && request.named()) {
      shown = objects.getFirst();
    } else {
      shown = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "List");
      ArrayNode items = shown.putArray("items");
      objects.forEach(items::add);
    }
    session.out().print(text(shown, request.format()));
  }

  static String text(ObjectNode object, OutputFormat format) {
    return switch (format) {
      case OutputFormat.Json() -> Documents.json(object);
      case OutputFormat.Yaml() -> Documents.yaml(object);
      case OutputFormat.Path(var template) -> template.render(object) + "\n";
      case OutputFormat.Name() -> Documents.name(object) + "\n";
      case OutputFormat.Table(boolean ignored) ->
          throw new IllegalArgumentException("a table is not one object's text");
    };
  }
}
