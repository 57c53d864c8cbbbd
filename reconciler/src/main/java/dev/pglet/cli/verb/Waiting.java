package dev.pglet.cli.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.cli.Cli;
import dev.pglet.cli.Session;
import dev.pglet.cli.client.ApiClient;
import dev.pglet.cli.client.RemoteResources;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Waits for resources by watching them, never by asking again and again. */
public final class Waiting {
  private final Session session;
  private final boolean quiet;

  public Waiting(Session session) {
    this(session, false);
  }

  private Waiting(Session session, boolean quiet) {
    this.session = session;
    this.quiet = quiet;
  }

  /** One that says only what was not met: its caller prints something for a program. */
  public static Waiting quietly(Session session) {
    return new Waiting(session, true);
  }

  static ApiClient requireDaemon(Session session) throws Refused {
    return session
        .daemon()
        .orElseThrow(
            () ->
                new Refused(
                    "NoDaemon",
                    "no daemon runs, so nothing will change that could be waited for",
                    "Start one with pglet run DIR"));
  }

  /** Waits until a condition of each has that status, for its newest generation. */
  public int forCondition(List<ResourceKey> keys, String type, String status, Duration timeout)
      throws ReconcileException {
    return forEach(
        keys,
        "condition " + type + "=" + status,
        timeout,
        object -> object.map(o -> hasCondition(o, type, status)).orElse(false));
  }

  /** Waits until a text of the status of each, such as an id that is echoed, is that. */
  public int forStatus(List<ResourceKey> keys, String field, String value, Duration timeout)
      throws ReconcileException {
    return forEach(
        keys,
        "status.%s=%s".formatted(field, value),
        timeout,
        object ->
            object.map(o -> o.path("status").path(field).asText().equals(value)).orElse(false));
  }

  int forDeletion(List<ResourceKey> keys, Duration timeout) throws ReconcileException {
    return forEach(keys, "deletion", timeout, Optional::isEmpty);
  }

  /** Waits for each in turn; all together have the time. */
  int forEach(
      List<ResourceKey> keys, String what, Duration timeout, Predicate<Optional<ObjectNode>> met)
      throws ReconcileException {
    Instant end = session.clock().instant().plus(timeout);
    boolean all = true;
    for (ResourceKey key : keys) {
      all &= one(key, what, end, met);
    }
    return all ? Cli.OK : Cli.FAILED;
  }

  private boolean one(
      ResourceKey key, String what, Instant end, Predicate<Optional<ObjectNode>> met)
      throws ReconcileException {
    Optional<ObjectNode> now = session.resources().get(key);
    if (met.test(now)) {
      met(key, what);
      return true;
    }
    ApiClient client = requireDaemon(session);
    if (now.isEmpty()) {
      throw new Refused(
          "NotFound",
          key + " not found",
          "Apply its manifest first; pglet get shows what there is");
    }
    AtomicReference<Optional<ObjectNode>> last = new AtomicReference<>(now);
    AtomicBoolean done = new AtomicBoolean();
    // A watch may be ended by the daemon at any time; it goes on from the object's own state.
    while (!done.get() && secondsLeft(end) > 0) {
      client.watch(
          watchPath(key, secondsLeft(end)),
          RemoteResources.JSON,
          event -> {
            take(event, last);
            done.set(met.test(last.get()));
            return !done.get();
          });
      if (!done.get()) {
        last.set(session.resources().get(key));
        done.set(met.test(last.get()));
      }
    }
    if (done.get()) {
      met(key, what);
    } else {
      session.err().printf("%s: %s not met in time; %s%n", key, what, explain(last.get()));
    }
    return done.get();
  }

  private void met(ResourceKey key, String what) {
    if (!quiet) {
      session.out().printf("%s: %s met%n", key, what);
    }
  }

  private static void take(ObjectNode event, AtomicReference<Optional<ObjectNode>> last)
      throws ReconcileException {
    ObjectNode object = (ObjectNode) event.path("object");
    switch (event.path("type").asText()) {
      case "DELETED" -> last.set(Optional.empty());
      case "ERROR" -> throw ApiClient.failure(object.path("code").asInt(), object);
      case "BOOKMARK" -> {}
      default -> last.set(Optional.of(object));
    }
  }

  private String watchPath(ResourceKey key, long seconds) {
    String path =
        RemoteResources.collection(
            session.kinds().kind(key.kind()).orElseThrow(), Optional.of(key.namespace()));
    return "%s?watch=1&fieldSelector=metadata.name%%3D%s&timeoutSeconds=%d"
        .formatted(path, key.name(), seconds);
  }

  private long secondsLeft(Instant end) {
    Duration left = Duration.between(session.clock().instant(), end);
    return left.isPositive() ? Math.max(1, left.toSeconds()) : 0;
  }

  /** A condition of an older generation says nothing about the spec that is waited for. */
  static boolean hasCondition(ObjectNode object, String type, String status) {
    long generation = object.path("metadata").path("generation").asLong();
    long observed = object.path("status").path("observedGeneration").asLong(generation);
    return observed >= generation
        && condition(object, type)
            .map(condition -> condition.path("status").asText().equalsIgnoreCase(status))
            .orElse(false);
  }

  private static Optional<JsonNode> condition(ObjectNode object, String type) {
    for (JsonNode condition : object.path("status").path("conditions")) {
      if (condition.path("type").asText().equalsIgnoreCase(type)) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }

  /** What the resource itself says about why it is not there yet. */
  private static String explain(Optional<ObjectNode> object) {
    if (object.isEmpty()) {
      return "it is gone";
    }
    for (String type : List.of("Stalled", "Ready")) {
      Optional<JsonNode> condition = condition(object.get(), type);
      String message = condition.map(c -> c.path("message").asText()).orElse("");
      if (!message.isEmpty()) {
        return message;
      }
    }
    return "its phase is " + object.get().path("status").path("phase").asText("unknown");
  }
}
