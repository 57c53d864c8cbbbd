package dev.pglet.apiserver;

import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Serves the API as HTTP/1.1 on a Unix socket that only this user can open. */
public final class HelidonServer implements AutoCloseable {
  private final WebServer server;
  private final ApiSocket socket;

  private HelidonServer(WebServer server, ApiSocket socket) {
    this.server = server;
    this.socket = socket;
  }

  /**
   * Binds, and serves from the moment this returns.
   *
   * @throws ReconcileException when a daemon answers there already, or the socket cannot be made
   */
  public static HelidonServer start(Path path, ApiRouter router) throws ReconcileException {
    ApiSocket socket = new ApiSocket(path);
    socket.prepare();
    WebServer server =
        WebServer.builder()
            .bindAddress(UnixDomainSocketAddress.of(socket.binding()))
            .shutdownGracePeriod(Duration.ofMillis(200))
            .shutdownHook(false)
            .addRouting(
                HttpRouting.builder()
                    .any(
                        (request, response) ->
                            router.handle(new HelidonExchange(request, response))))
            .build();
    try {
      server.start();
    } catch (RuntimeException e) {
      throw new HostUnavailable(
          "ApiSocketUnavailable",
          "cannot listen on the API socket %s: %s".formatted(path, e.getMessage()),
          "Make its directory writable for this user, or choose another with --run-directory",
          e);
    }
    socket.publish();
    return new HelidonServer(server, socket);
  }

  /** Stops serving and removes the socket. Running watches end. */
  @Override
  public void close() throws HostUnavailable {
    server.stop();
    socket.remove();
  }

  private record HelidonExchange(ServerRequest request, ServerResponse response)
      implements Exchange {
    @Override
    public String method() {
      return request.prologue().method().text();
    }

    @Override
    public String path() {
      String path = request.path().path();
      return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    @Override
    public Optional<String> query(String name) {
      return request.query().first(name).asOptional();
    }

    @Override
    public Optional<String> header(String name) {
      return request.headers().first(HeaderNames.create(name));
    }

    @Override
    public byte[] body(int atMost) throws IOException, ApiError {
      if (!request.content().hasEntity()) {
        return new byte[0];
      }
      try (InputStream in = request.content().inputStream()) {
        byte[] bytes = in.readNBytes(atMost + 1);
        if (bytes.length > atMost) {
          throw new ApiError(
              413, "RequestEntityTooLarge", "the body is longer than %d bytes".formatted(atMost));
        }
        return bytes;
      }
    }

    @Override
    public void answerHeader(String name, String value) {
      response.header(HeaderNames.create(name), value);
    }

    @Override
    public void respond(int status, String contentType, byte[] body) {
      response.status(Status.create(status));
      response.header(HeaderNames.CONTENT_TYPE, contentType);
      try {
        response.send(body);
      } catch (ServerConnectionException e) {
        throw new UncheckedIOException(new IOException("the client went away", e));
      }
    }

    @Override
    public OutputStream stream(int status, String contentType) {
      response.status(Status.create(status));
      response.header(HeaderNames.CONTENT_TYPE, contentType);
      return new ToClient(response.outputStream());
    }
  }

  /** Helidon has an exception of its own for a client that went away; here it is what it is. */
  private static final class ToClient extends FilterOutputStream {
    ToClient(OutputStream out) {
      super(out);
    }

    private interface Act {
      void run() throws IOException;
    }

    @Override
    public void write(int b) throws IOException {
      telling(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      telling(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
      telling(out::flush);
    }

    @Override
    public void close() throws IOException {
      telling(out::close);
    }

    private static void telling(Act act) throws IOException {
      try {
        act.run();
      } catch (ServerConnectionException | UncheckedIOException e) {
        throw new IOException("the client went away", e);
      }
    }
  }
}
