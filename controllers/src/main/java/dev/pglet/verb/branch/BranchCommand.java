package dev.pglet.verb.branch;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;
import static dev.pglet.cli.Options.value;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.Branch;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.UsageError;
import dev.pglet.cli.output.Documents;
import dev.pglet.cli.output.TablePrinter;
import dev.pglet.cli.verb.ApplyCommand;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.cli.verb.DeleteCommand;
import dev.pglet.cli.verb.Waiting;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Resources;
import dev.pglet.verb.NamedServer;
import dev.pglet.verb.NewResource;
import dev.pglet.verb.sql.ConnectionFormat;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code branch create|list|tree|delete}: branches by one line. */
public final class BranchCommand implements BuiltinCommand {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "branch",
            "branch create NAME --from SOURCE: make a branch of an instance or a branch. list, tree: show them. delete NAME…: remove them by their policies.")
        .addOption(Options.namespace())
        .addOption(value("SOURCE", "What to branch, as NAME or KIND/NAME.", "--from"))
        .addOption(value("P", "TCP port. Default: a free one.", "--port"))
        .addOption(flag("Wait until it can be used, or is gone.", "--wait"))
        .addOption(
            value(
                "FORMAT",
                "Wait, and print only how to connect: uri, env, dotenv, json, jdbc or pgpass.",
                "-o",
                "--output"))
        .addOption(timeout("2m"))
        .addPositional(
            Options.words(
                "create NAME | list | tree | delete NAME…", "1..*", "What to do, and with which."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    List<String> words = Options.words(arguments);
    List<String> names = words.subList(1, words.size());
    return switch (words.getFirst()) {
      case "create" -> create(names, arguments, session);
      case "list" -> {
        requireNone(names, "list");
        TablePrinter.print(
            session.out(), Branches.of(session, Options.namespace(arguments)).list());
        yield Cli.OK;
      }
      case "tree" -> {
        requireNone(names, "tree");
        Branches.of(session, Options.namespace(arguments)).tree().forEach(session.out()::println);
        yield Cli.OK;
      }
      case "delete" -> delete(names, arguments, session);
      default ->
          throw new UsageError(
              "branch: '%s' is unknown; write create, list, tree or delete"
                  .formatted(words.getFirst()));
    };
  }

  private static void requireNone(List<String> names, String verb) {
    if (!names.isEmpty()) {
      throw new UsageError(
          "branch %s shows all of a namespace, so it takes no name".formatted(verb));
    }
  }

  private static int create(List<String> names, ParseResult arguments, Session session)
      throws ReconcileException {
    String from = arguments.matchedOptionValue("--from", "");
    if (names.size() != 1 || from.isEmpty()) {
      throw new UsageError("write pglet branch create NAME --from SOURCE");
    }
    Optional<ConnectionFormat> format =
        Optional.<String>ofNullable(arguments.matchedOptionValue("-o", null))
            .map(name -> ConnectionFormat.of("-o", name));
    String namespace = Options.namespace(arguments);
    ResourceKey key = key(names.getFirst(), namespace);
    NamedServer source = NamedServer.find(from, namespace, session);
    NewResource.requireNone(
        key, "Choose another name, or remove that one: pglet branch delete " + key.name(), session);
    String port = arguments.matchedOptionValue("--port", "");
    Resources.Applied applied = session.resources().apply(document(key, source.key(), port));
    (format.isPresent() ? session.err() : session.out())
        .printf(
            "%s %s in %s%n",
            applied.key(), applied.change().name().toLowerCase(Locale.ROOT), applied.file());
    if (session.daemon().isEmpty()) {
      (format.isPresent() ? session.err() : session.out()).println(ApplyCommand.NO_DAEMON);
    }
    if (format.isEmpty() && !has(arguments, "--wait")) {
      return Cli.OK;
    }
    Waiting waiting = format.isPresent() ? Waiting.quietly(session) : new Waiting(session);
    int waited = waiting.forCondition(List.of(key), "Ready", "True", timeout(arguments, PATIENCE));
    if (waited == Cli.OK && format.isPresent()) {
      NamedServer made = NamedServer.find(key.toString(), namespace, session);
      session.out().print(format.get().print(made.address(), Optional.empty()));
    }
    return waited;
  }

  private static String document(ResourceKey key, ResourceKey source, String port) {
    ObjectNode document = NewResource.document(key);
    ObjectNode spec = document.withObject("/spec");
    spec.putObject("source")
        .put(source.kind().equals(Branch.KIND) ? "branch" : "instance", source.name());
    if (!port.isEmpty()) {
      if (!port.matches("[0-9]{1,5}")) {
        throw new UsageError("--port: '%s' is no number up to 65535".formatted(port));
      }
      spec.putObject("network").put("port", Integer.parseInt(port));
    }
    return Documents.yaml(document);
  }

  private static int delete(List<String> names, ParseResult arguments, Session session)
      throws ReconcileException {
    if (names.isEmpty()) {
      throw new UsageError("say which: pglet branch delete NAME…");
    }
    String namespace = Options.namespace(arguments);
    List<ResourceKey> keys = names.stream().map(name -> key(name, namespace)).toList();
    Optional<Duration> patience =
        has(arguments, "--wait") ? Optional.of(timeout(arguments, PATIENCE)) : Optional.empty();
    return DeleteCommand.delete(keys, patience, session);
  }

  private static ResourceKey key(String name, String namespace) {
    return NewResource.key(Branch.KIND, namespace, name);
  }
}
