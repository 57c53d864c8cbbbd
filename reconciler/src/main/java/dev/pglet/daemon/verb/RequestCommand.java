package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.timeout;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.verb.BuiltinCommand;
import dev.pglet.cli.verb.Waiting;
import dev.pglet.daemon.EngineRuns;
import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.MergePatch;
import dev.pglet.reconcile.ReconcileException;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code restart} and {@code reload}: writes a fresh id into an annotation, and waits until the
 * status shows that id.
 */
public final class RequestCommand implements BuiltinCommand {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final String name;
  private final String description;
  private final EngineRuns runs;

  private RequestCommand(String name, String description, EngineRuns runs) {
    this.name = name;
    this.description = description;
    this.runs = runs;
  }

  public static RequestCommand restart(EngineRuns runs) {
    return new RequestCommand(
        "restart",
        "Restart servers, some at a time, and wait until it is done. Connections are cut.",
        runs);
  }

  public static RequestCommand reload(EngineRuns runs) {
    return new RequestCommand(
        "reload", "Let servers read their configuration anew, and wait until it is done.", runs);
  }

  @Override
  public CommandSpec spec() {
    return Chosen.options(Options.verb(name, description), "servers").addOption(timeout("5m"));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    SortedSet<ResourceKey> keys =
        Chosen.keys(
            name, arguments, session, kind -> Chosen.hasField(kind, "status", name + "Token"));
    if (keys.isEmpty()) {
      session.out().printf("There is nothing to %s.%n", name);
      return Cli.OK;
    }
    String id = session.clock().instant().toString();
    boolean allAsked = ask(session, keys, id);
    boolean done = keys.isEmpty() || await(session, keys, id, timeout(arguments, PATIENCE));
    return allAsked && done ? Cli.OK : Cli.FAILED;
  }

  /** As of {@code stop}: one broken file does not keep the others from what is asked. */
  private boolean ask(Session session, SortedSet<ResourceKey> keys, String id) {
    FieldPath annotation = FieldPath.of("metadata", "annotations", "pglet.dev/" + name);
    boolean all = true;
    for (ResourceKey key : List.copyOf(keys)) {
      try {
        session.resources().patch(key, MergePatch.putting(annotation, id));
        session.out().printf("%s %s asked for (%s)%n", key, name, id);
      } catch (ReconcileException e) {
        session.err().printf("pglet %s: not done: %s: %s%n", name, key, e.explain());
        keys.remove(key);
        all = false;
      }
    }
    return all;
  }

  private boolean await(Session session, SortedSet<ResourceKey> keys, String id, Duration timeout)
      throws ReconcileException {
    return session.daemon().isPresent()
        ? new Waiting(session).forStatus(List.copyOf(keys), name + "Token", id, timeout) == Cli.OK
        : runs.onceForAll(session, keys, timeout);
  }
}
