package dev.pglet.host.postgres;

import dev.pglet.host.postgres.PostgresServer.Readiness;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Asks a server to begin a session and looks only at the kind of its answer. Stateless. */
final class StartupProbe {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int PROTOCOL_3 = 196608;

  /** {@code cannot_connect_now}: starting up, recovering or shutting down. */
  private static final String CANNOT_CONNECT_NOW = "57P03";

  private StartupProbe() {}

  static Readiness ask(Path socketDirectory, int port) {
    Path socket = socketDirectory.resolve(".s.PGSQL." + port);
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Selector selector = Selector.open()) {
      channel.write(startup());
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      Readiness readiness = read(channel, selector);
      // Says goodbye, or the server would log that its client is lost.
      channel.write(ByteBuffer.allocate(5).put((byte) 'X').putInt(4).flip());
      return readiness;
    } catch (IOException | IllegalArgumentException e) {
      return Readiness.SILENT;
    }
  }

  private static Readiness read(SocketChannel channel, Selector selector) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(4096);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (answer.hasRemaining()) {
      int n = channel.read(answer);
      if (n < 0) {
        break;
      }
      if (answer.position() > 0 && answer.get(0) != 'E') {
        return Readiness.ACCEPTING;
      }
      if (answer.position() >= 5 && answer.position() > answer.getInt(1)) {
        break;
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0 || Thread.currentThread().isInterrupted()) {
        return Readiness.SILENT;
      }
      if (n == 0) {
        selector.select(left);
        selector.selectedKeys().clear();
      }
    }
    if (answer.position() == 0) {
      return Readiness.SILENT;
    }
    String error = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
    // Each field: its letter, its text, a zero byte.
    return error.contains("\0C" + CANNOT_CONNECT_NOW + "\0")
        ? Readiness.STARTING
        : Readiness.ACCEPTING;
  }

  private static ByteBuffer startup() {
    byte[] parameters =
        "user\0postgres\0database\0postgres\0application_name\0pglet probe\0\0"
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(8 + parameters.length)
        .putInt(8 + parameters.length)
        .putInt(PROTOCOL_3)
        .put(parameters)
        .flip();
  }
}
