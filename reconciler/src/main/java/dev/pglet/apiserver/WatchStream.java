package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.apiserver.ApiBackend.Change;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * One watch: each change as a line of JSON, and a bookmark when nothing happens, because a client
 * that has gone is noticed only by writing to it.
 */
final class WatchStream {
  static final Duration BOOKMARK_AFTER = Duration.ofSeconds(10);

  /** Changes that a slow client may be behind before it has to list again. */
  private static final int MOST_PENDING = 1_000;

  private final ApiBackend backend;
  private final Tables tables;
  private final CrdDefinition kind;
  private final boolean asTable;
  private final Predicate<ObjectNode> chosen;
  private final boolean selective;

  private final BlockingQueue<Change> pending = new LinkedBlockingQueue<>(MOST_PENDING);
  private final AtomicBoolean tooSlow = new AtomicBoolean();

  /** The uids that the client has been told of: one that is no longer chosen is told as deleted. */
  private final Set<String> told = new HashSet<>();

  WatchStream(
      ApiBackend backend,
      Tables tables,
      CrdDefinition kind,
      boolean asTable,
      Predicate<ObjectNode> chosen,
      boolean selective) {
    this.backend = backend;
    this.tables = tables;
    this.kind = kind;
    this.asTable = asTable;
    this.chosen = chosen;
    this.selective = selective;
  }

  /** Returns when the client has gone, the time is over, or the daemon ends. */
  void run(Exchange exchange) throws ApiError, ReconcileException, IOException {
    OptionalLong after = after(exchange);
    remember(after);
    long timeout = timeoutNanos(exchange);
    long started = System.nanoTime();
    try (ApiBackend.Subscription _ = backend.watch(kind, after, this::offer);
        OutputStream out = exchange.stream(200, Answers.JSON)) {
      // The first line goes out at once, a bookmark if need be: with it the client gets the head,
      // and knows that it watches.
      long patience = 0;
      for (long left = timeout; left > 0; left = timeout - (System.nanoTime() - started)) {
        // Read before the wait: the bookmark must not promise a change that comes after it.
        long version = backend.resourceVersion();
        Change change = pending.poll(Math.min(left, patience), TimeUnit.NANOSECONDS);
        if (tooSlow.get()) {
          line(out, "ERROR", expired("the watch fell behind; list again").status());
          return;
        }
        if (change != null) {
          tell(out, change);
        } else {
          line(out, "BOOKMARK", bookmark(version));
        }
        patience = BOOKMARK_AFTER.toNanos();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static ApiError expired(String message) {
    return new ApiError(410, "Expired", message);
  }

  private void offer(Change change) {
    if (!pending.offer(change)) {
      tooSlow.set(true);
    }
  }

  private void tell(OutputStream out, Change change) throws IOException {
    ObjectNode object = change.object();
    String uid = object.path("metadata").path("uid").asText();
    boolean matches = chosen.test(object);
    boolean known = told.contains(uid);
    if (matches && change.type() != Change.Type.DELETED) {
      told.add(uid);
      boolean added = change.type() == Change.Type.ADDED || (selective && !known);
      line(out, added ? "ADDED" : "MODIFIED", shape(object));
    } else if (known || matches) {
      told.remove(uid);
      line(out, "DELETED", shape(object));
    }
  }

  /** An object that stops being chosen is told as deleted, so what the client has must be known. */
  private void remember(OptionalLong after) throws ReconcileException {
    if (selective && after.isPresent()) {
      for (ObjectNode object : backend.list(kind)) {
        if (chosen.test(object)) {
          told.add(object.path("metadata").path("uid").asText());
        }
      }
    }
  }

  private ObjectNode shape(ObjectNode object) {
    long version = object.path("metadata").path("resourceVersion").asLong();
    return asTable ? tables.table(kind, List.of(object), version) : object;
  }

  private ObjectNode bookmark(long version) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
    object.putObject("metadata").put("resourceVersion", Long.toString(version));
    return object;
  }

  private static void line(OutputStream out, String type, ObjectNode object) throws IOException {
    ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
    event.set("object", object);
    out.write(Answers.bytes(event));
    out.write('\n');
    out.flush();
  }

  private static OptionalLong after(Exchange exchange) throws ApiError {
    Optional<String> version = exchange.query("resourceVersion").filter(v -> !v.isEmpty());
    if (version.isEmpty() || version.get().equals("0")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(number("resourceVersion", version.get()));
  }

  private static long timeoutNanos(Exchange exchange) throws ApiError {
    Optional<String> seconds = exchange.query("timeoutSeconds").filter(s -> !s.equals("0"));
    return seconds.isEmpty()
        ? Long.MAX_VALUE
        : TimeUnit.SECONDS.toNanos(number("timeoutSeconds", seconds.get()));
  }

  private static long number(String parameter, String value) throws ApiError {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw ApiError.badRequest(parameter + ": " + value + " is not a whole number");
    }
  }
}
