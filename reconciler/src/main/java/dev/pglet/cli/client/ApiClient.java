package dev.pglet.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.JsonTree;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.StepFailed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Requests to the daemon. Each has a connection of its own: a verb makes one or two. Thread-safe.
 */
public final class ApiClient {
  /** An apply may wait for the disk; a daemon that says nothing for that long is stuck. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final Path socket;

  private ApiClient(Path socket) {
    this.socket = socket;
  }

  /** The client of the daemon that answers on that socket; empty when none does. */
  public static Optional<ApiClient> connect(Path socket) {
    try (SocketStream _ = SocketStream.connect(socket, ANSWER)) {
      return Optional.of(new ApiClient(socket));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** The object at a path; empty when the daemon says 404. */
  public Optional<ObjectNode> get(String target, String accept) throws ReconcileException {
    return send("GET", target, accept, "", "").map(Answer::object);
  }

  public ObjectNode list(String target, String accept) throws ReconcileException {
    return get(target, accept)
        .orElseThrow(
            () ->
                new HostUnavailable(
                    "UnknownToDaemon",
                    "the daemon knows nothing at " + target,
                    "It was started by another version of pglet: end it, and start it anew"));
  }

  /**
   * Sends a request with a body.
   *
   * @return the answer; empty when the daemon says 404
   */
  public Optional<Answer> send(
      String method, String target, String accept, String contentType, String body)
      throws ReconcileException {
    try (SocketStream stream = open(method, target, accept, contentType, body)) {
      HttpAnswer answer = HttpAnswer.read(stream);
      byte[] bytes = answer.body().readAllBytes();
      if (answer.status() == 404) {
        return Optional.empty();
      }
      return Optional.of(new Answer(object(answer.status(), bytes), answer.headers()));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** An answer's object, and its headers by lower-case name. */
  public record Answer(ObjectNode object, Map<String, String> headers) {
    public Answer {
      headers = Map.copyOf(headers);
    }
  }

  /** Takes lines of JSON until it wants no more. */
  @FunctionalInterface
  public interface LineListener {
    /** Returns whether to go on. */
    boolean line(ObjectNode event) throws ReconcileException;
  }

  /**
   * Reads a watch until the listener has enough, the daemon ends it, or nothing at all, not even a
   * bookmark, has come for a while.
   */
  public void watch(String target, String accept, LineListener listener) throws ReconcileException {
    try (SocketStream stream = open("GET", target, accept, "", "")) {
      HttpAnswer answer = HttpAnswer.read(stream);
      if (answer.status() != 200) {
        object(answer.status(), answer.body().readAllBytes());
        return;
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!listener.line((ObjectNode) JsonTree.read(line.getBytes(StandardCharsets.UTF_8)))) {
          return;
        }
      }
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private SocketStream open(
      String method, String target, String accept, String contentType, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head =
        new StringBuilder(method)
            .append(' ')
            .append(target)
            .append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: ")
            .append(accept)
            .append("\r\n");
    if (!contentType.isEmpty()) {
      head.append("Content-Type: ").append(contentType).append("\r\n");
      head.append("Content-Length: ").append(bytes.length).append("\r\n");
    }
    SocketStream stream = SocketStream.connect(socket, ANSWER);
    try {
      stream.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      stream.write(bytes);
      return stream;
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  private static ObjectNode object(int status, byte[] bytes)
      throws IOException, ReconcileException {
    JsonNode tree;
    try {
      tree = JsonTree.read(bytes);
    } catch (JsonProcessingException e) {
      throw new IOException("HTTP %d without JSON".formatted(status), e);
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new IOException("HTTP %d without a JSON object".formatted(status));
    }
    if (status >= 400) {
      throw failure(status, object);
    }
    return object;
  }

  /** The daemon's error as the same error here. */
  public static ReconcileException failure(int code, ObjectNode status) {
    JsonNode causes = status.path("details").path("causes");
    JsonNode cause = causes.path(0);
    String reason = cause.path("reason").asText(status.path("reason").asText("Unknown"));
    String whole = status.path("message").asText("HTTP " + code);
    String message = cause.path("message").asText(whole);
    String field = cause.path("field").asText("");
    String remedy = remedy(causes, code);
    return switch (code) {
      case 400, 422 -> new InvalidSpec(reason, field, message, remedy);
      case 403, 405, 409, 413, 415 -> new Refused(reason, message, remedy).at(field);
      case 503 -> new HostUnavailable(reason, message, remedy).at(field);
      default -> new StepFailed(reason, message, remedy).at(field);
    };
  }

  private static String remedy(JsonNode causes, int code) {
    for (JsonNode cause : causes) {
      if (cause.path("reason").asText().equals("Remedy")) {
        return cause.path("message").asText();
      }
    }
    return code >= 500
        ? "The daemon's log says more"
        : "See what was asked for: pglet help, or the daemon is of another version than this";
  }

  private HostUnavailable lost(IOException e) {
    return new HostUnavailable(
        "DaemonLost",
        "the daemon on %s did not answer: %s".formatted(socket, e.getMessage()),
        "Look at its log; if it has ended, start it again",
        e);
  }
}
