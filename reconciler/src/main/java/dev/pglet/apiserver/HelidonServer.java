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
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Serves HTTP/1.1: the API on a Unix socket that only this user can open, and pages for everybody
 * on this host on a TCP port.
 */
public final class HelidonServer implements AutoCloseable {
  private final WebServer server;
  private final Optional<ApiSocket> socket;

  private HelidonServer(WebServer server, Optional<ApiSocket> socket) {
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
    socket.requireBindable();
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
    if (!server.isRunning()) {
      throw socket.cannot("listen on", new IOException("the log has the details"));
    }
    socket.publish();
    return new HelidonServer(server, Optional.of(socket));
  }

  /** Answers a request. Throws nothing but what is an error of pglet. */
  @FunctionalInterface
  public interface Pages {
    void handle(Exchange exchange);
  }

  /**
   * Serves pages that are no secret on a TCP port of this host, from the moment this returns.
   *
   * @param address a loopback address
   * @throws HostUnavailable when somebody else listens there
   */
  public static HelidonServer startOnLoopback(InetSocketAddress address, Pages pages)
      throws HostUnavailable {
    if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("not an address of this host alone: " + address);
    }
    requireFree(address);
    WebServer server =
        WebServer.builder()
            .address(address.getAddress())
            .port(address.getPort())
            .shutdownGracePeriod(Duration.ofMillis(200))
            .shutdownHook(false)
            .maxConcurrentRequests(32)
            .addRouting(
                HttpRouting.builder()
                    .any(
                        (request, response) ->
                            pages.handle(new HelidonExchange(request, response))))
            .build();
    server.start();
    if (!server.isRunning()) {
      throw portUnavailable(address, new IOException("the log has the details"));
    }
    return new HelidonServer(server, Optional.empty());
  }

  /** Helidon logs it as an error of its own, and says nothing, when it cannot have a port. */
  private static void requireFree(InetSocketAddress address) throws HostUnavailable {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
    } catch (IOException e) {
      throw portUnavailable(address, e);
    }
  }

  private static HostUnavailable portUnavailable(InetSocketAddress address, IOException e) {
    return new HostUnavailable(
        "PortUnavailable",
        "cannot listen on %s:%d: %s"
            .formatted(address.getHostString(), address.getPort(), e.getMessage()),
        "Choose another port, or end what listens there",
        e);
  }

  /** Stops serving and removes the socket, if it is one. Running watches end. */
  @Override
  public void close() throws HostUnavailable {
    server.stop();
    if (socket.isPresent()) {
      socket.get().remove();
    }
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
