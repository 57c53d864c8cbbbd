package dev.pglet.cli.verb;

import static dev.pglet.cli.Options.flag;
import static dev.pglet.cli.Options.has;
import static dev.pglet.cli.Options.timeout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.cli.Session;
import dev.pglet.cli.Target;
import dev.pglet.cli.UsageError;
import dev.pglet.manifest.Manifest;
import dev.pglet.reconcile.ReconcileException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code delete}: removes documents from their files; the resources go by their policies. */
public final class DeleteCommand implements BuiltinCommand {
  private static final String NOTHING =
      ": only its document was removed, for nothing had been made by it";

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "delete", "Delete resources: their manifests at once, their data by policy.")
        .addOption(
            Options.values("FILE|DIR|-", "Delete what these manifests name.", "-f", "--filename"))
        .addOption(Options.namespace())
        .addOption(
            flag(
                "All data goes too, whatever the policy; also what was kept of deleted ones.",
                "--data"))
        .addOption(flag("Missing ones are no failure.", "--ignore-not-found"))
        .addOption(flag("Wait until they are gone. This is the default.", "--wait"))
        .addOption(flag("Do not wait until they are gone.", "--no-wait"))
        .addOption(timeout("2m"))
        .addPositional(Options.words("KIND NAME… | KIND/NAME…", "0..*", "What to delete."));
  }

  @Override
  public int run(ParseResult arguments, Session session) throws ReconcileException {
    if (has(arguments, "--wait") && has(arguments, "--no-wait")) {
      throw new UsageError("--wait and --no-wait contradict each other");
    }
    return delete(
        keys(arguments, session),
        has(arguments, "--data"),
        has(arguments, "--ignore-not-found"),
        has(arguments, "--no-wait")
            ? Optional.empty()
            : Optional.of(timeout(arguments, Duration.ofMinutes(2))),
        session);
  }

  /**
   * Deletes each by its policy, and says what becomes of it.
   *
   * @param patience how long to wait until all are gone; empty: not at all
   */
  public static int delete(List<ResourceKey> keys, Optional<Duration> patience, Session session)
      throws ReconcileException {
    return delete(keys, false, false, patience, session);
  }

  private static int delete(
      List<ResourceKey> keys,
      boolean withData,
      boolean ignoreMissing,
      Optional<Duration> patience,
      Session session)
      throws ReconcileException {
    Map<ResourceKey, String> gone = new LinkedHashMap<>();
    boolean complete = true;
    for (ResourceKey key : keys) {
      String data = dataOf(key, session);
      if (withData ? session.deleteData(key) : session.resources().delete(key)) {
        gone.put(key, data);
        session
            .out()
            .printf(
                "%s %s%n",
                key,
                withData
                    ? "deleted with its data"
                    : session.daemon().isPresent() ? "deleted" : "removed from its file");
      } else if (!ignoreMissing) {
        session.err().printf("pglet delete: %s not found%s%n", key, kept(session, key));
        complete = false;
      }
    }
    if (session.daemon().isEmpty()) {
      if (!gone.isEmpty()) {
        session
            .out()
            .println(
                "No daemon runs: only the files were edited. pglet run DIR deletes what they named, once it has seen it gone for 30 s.");
      }
    } else if (patience.isPresent()) {
      boolean ended =
          new Waiting(session).forDeletion(List.copyOf(gone.keySet()), patience.get()) == Cli.OK;
      if (ended && !withData) {
        tellOfData(gone, session);
      }
      complete &= ended;
    }
    return complete ? Cli.OK : Cli.FAILED;
  }

  /** Where its data lies, as far as a status says so. */
  private static String dataOf(ResourceKey key, Session session) throws ReconcileException {
    return session
        .resources()
        .get(key)
        .map(resource -> resource.at("/status/dataDirectory").asText(""))
        .orElse("");
  }

  /** Whoever deletes should know what became of the data, and how to get rid of the rest. */
  private static void tellOfData(Map<ResourceKey, String> gone, Session session)
      throws ReconcileException {
    Map<String, String> left = new HashMap<>();
    for (ObjectNode each : session.unmanaged()) {
      left.put(
          each.path("resource").asText(),
          each.path("retained").asBoolean() ? "" : each.path("explanation").asText());
    }
    gone.forEach(
        (key, data) -> {
          String other = left.get(key.toString());
          if (other == null) {
            session.out().println(key + (data.isEmpty() ? NOTHING : ": its data was removed"));
          } else if (other.isEmpty()) {
            session
                .out()
                .printf(
                    "%s: its data is kept%s. To use it again, put the manifest back or run: pglet adopt %s; to remove it: pglet delete --data %s%n",
                    key, data.isEmpty() ? "" : " in " + data, key, key);
          } else {
            session.out().printf("%s: only its document was removed: %s%n", key, other);
          }
        });
  }

  private static String kept(Session session, ResourceKey key) throws ReconcileException {
    boolean kept =
        session.unmanaged().stream()
            .filter(each -> each.path("retained").asBoolean())
            .anyMatch(each -> each.path("resource").asText().equals(key.toString()));
    return kept ? "; its data was kept. To remove that too: pglet delete --data " + key : "";
  }

  private static List<ResourceKey> keys(ParseResult arguments, Session session) {
    List<String> files = arguments.matchedOptionValue("-f", List.of());
    List<String> words = Options.words(arguments);
    if (files.isEmpty() == words.isEmpty()) {
      throw new UsageError("say what to delete: KIND NAME…, KIND/NAME…, or -f FILE");
    }
    if (files.isEmpty()) {
      return Target.keys(words, Options.namespace(arguments), session.kinds());
    }
    ManifestArguments.Read read = ManifestArguments.read(files, session);
    if (!read.problems().isEmpty()) {
      throw new UsageError("nothing was deleted: " + read.problems().getFirst());
    }
    return read.manifests().stream().map(Manifest::key).toList();
  }
}
