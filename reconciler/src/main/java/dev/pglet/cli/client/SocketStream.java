package dev.pglet.cli.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** A connected Unix socket whose reads end in time. For one thread. */
final class SocketStream extends InputStream implements Closeable {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).flip();
  private Duration timeout;

  private SocketStream(
      SocketChannel channel, Selector selector, SelectionKey key, Duration timeout) {
    this.channel = channel;
    this.selector = selector;
    this.key = key;
    this.timeout = timeout;
  }

  static SocketStream connect(Path path, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    try {
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      return new SocketStream(channel, selector, key, timeout);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** How long one read may wait from now on. */
  void timeout(Duration most) {
    timeout = most;
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    key.interestOps(SelectionKey.OP_WRITE);
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        await("accept the request");
      }
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(into, offset, count);
    return count;
  }

  private boolean fill() throws IOException {
    while (!buffer.hasRemaining()) {
      buffer.clear();
      int count = channel.read(buffer);
      buffer.flip();
      if (count < 0) {
        return false;
      }
      if (count == 0) {
        await("answer");
      }
    }
    return true;
  }

  private void await(String what) throws IOException {
    if (selector.select(Math.max(1, timeout.toMillis())) == 0) {
      throw new SocketTimeoutException(
          "the daemon did not %s within %d s".formatted(what, timeout.toSeconds()));
    }
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      selector.close();
    }
  }
}
