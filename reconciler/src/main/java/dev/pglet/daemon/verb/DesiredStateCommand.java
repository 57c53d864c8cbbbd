package dev.pglet.daemon.verb;

import static dev.pglet.cli.Options.timeout;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import dev.pglet.reconcile.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code stop}, {@code start} and {@code fence}: sets {@code spec.desiredState} in the files and
 * waits.
 */
public final class DesiredStateCommand implements BuiltinCommand {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final FieldPath FIELD = FieldPath.of("spec", "desiredState");

  private final String name;
  private final String value;
  private final EngineRuns runs;

  private DesiredStateCommand(String name, String value, EngineRuns runs) {
    this.name = name;
    this.value = value;
    this.runs = runs;
  }

  public static DesiredStateCommand stop(EngineRuns runs) {
    return new DesiredStateCommand("stop", "Stopped", runs);
  }

  public static DesiredStateCommand start(EngineRuns runs) {
    return new DesiredStateCommand("start", "Running", runs);
  }

  /** Down as by {@code stop}, and its configuration is still converged. */
  public static DesiredStateCommand fence(EngineRuns runs) {
    return new DesiredStateCommand("fence", "Fenced", runs);
  }

  @Override
  public CommandSpec spec() {
    return Chosen.options(
            Options.verb(
                name,
                "Set desiredState: %s in manifests, and wait until it is so.".formatted(value)),
            "resources that have a desired state")
        .addOption(timeout("5m"));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    SortedSet<ResourceKey> keys =
        Chosen.keys(
            name, arguments, session, kind -> Chosen.hasField(kind, "spec", "desiredState"));
    if (keys.isEmpty()) {
      session.out().printf("There is nothing to %s.%n", name);
    }
    boolean allSet = set(session, keys);
    boolean reached = keys.isEmpty() || await(session, keys, timeout(arguments, PATIENCE));
    if (Chosen.all(arguments)) {
      nameUnmanaged(session);
    }
    return allSet && reached ? Cli.OK : Cli.FAILED;
  }

  /**
   * Goes on after a failure: one broken file must not keep the others from what is asked. What
   * could not be set is named and taken out of the keys.
   */
  private boolean set(Session session, SortedSet<ResourceKey> keys) {
    boolean all = true;
    for (ResourceKey key : List.copyOf(keys)) {
      try {
        Resources.Applied applied =
            session.resources().patch(key, MergePatch.putting(FIELD, value));
        session.out().printf("%s %s%n", key, applied.change().name().toLowerCase(Locale.ROOT));
      } catch (ReconcileException e) {
        session.err().printf("pglet %s: not done: %s: %s%n", name, key, e.explain());
        keys.remove(key);
        all = false;
      }
    }
    return all;
  }

  private boolean await(Session session, SortedSet<ResourceKey> keys, Duration timeout)
      throws ReconcileException {
    return session.daemon().isPresent()
        ? new Waiting(session).forCondition(List.copyOf(keys), "UpToDate", "True", timeout)
            == Cli.OK
        : runs.onceForAll(session, keys, timeout);
  }

  /** They may be running, and no manifest of theirs could say that they should not. */
  private void nameUnmanaged(Session session) throws ReconcileException {
    for (ObjectNode each : session.unmanaged()) {
      if (!each.path("retained").asBoolean()) {
        session
            .err()
            .printf(
                "pglet %s: left as it is: %s: %s%n",
                name, each.path("resource").asText(), each.path("explanation").asText());
      }
    }
  }
}
