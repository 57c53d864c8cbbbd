package dev.pglet.host.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.net.ExtendedSocketOptions;

/**
 * A Unix socket in the clothes of {@link Socket}, which is all that pgjdbc accepts. The channel is
 * not blocking, so that reads can have a timeout; each direction waits on a selector of its own,
 * because one thread may read while another writes.
 */
final class UnixSocket extends Socket {
  private static final int BUFFER = 64 << 10;

  private final Path path;
  private final SocketChannel channel;
  private final Selector readable;
  private final Selector writable;
  private volatile int timeoutMillis;

  UnixSocket(Path path) throws IOException {
    this.path = path;
    this.channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    this.readable = Selector.open();
    this.writable = Selector.open();
  }

  /** The address is pgjdbc's TCP one and means nothing. A connect to a Unix socket never waits. */
  @Override
  public void connect(SocketAddress ignored, int ignoredTimeout) throws IOException {
    try {
      channel.connect(UnixDomainSocketAddress.of(path));
    } catch (SocketException e) {
      throw new SocketException("connecting to " + path + ": " + e.getMessage(), e);
    }
    requireOwner();
    channel.configureBlocking(false);
    channel.register(readable, SelectionKey.OP_READ);
    channel.register(writable, SelectionKey.OP_WRITE);
  }

  /**
   * Whoever owns the directory could have put a link to somebody else's socket there: that server
   * would be told what is meant for ours.
   */
  private void requireOwner() throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    String owner = Files.getOwner(directory == null ? path : directory).getName();
    String peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
    if (!peer.equals(owner)) {
      throw new SocketException(
          "connecting to %s: a process of %s listens there, and the directory belongs to %s"
              .formatted(path, peer, owner));
    }
  }

  @Override
  public void connect(SocketAddress address) throws IOException {
    connect(address, 0);
  }

  private int read(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
    while (true) {
      int n = channel.read(buffer);
      if (n != 0 || length == 0) {
        return n;
      }
      long left = timeoutMillis == 0 ? 0 : (deadline - System.nanoTime() + 999_999) / 1_000_000;
      if (timeoutMillis != 0 && left <= 0) {
        throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
      }
      await(readable, left);
    }
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    while (buffer.hasRemaining()) {
      if (channel.write(buffer) == 0) {
        await(writable, 0);
      }
    }
  }

  private static void await(Selector selector, long millis) throws IOException {
    selector.select(millis);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while waiting for the server");
    }
    if (!selector.isOpen()) {
      throw new SocketException("closed");
    }
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return UnixSocket.this.read(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        UnixSocket.this.close();
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        UnixSocket.this.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        UnixSocket.this.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    // The channel first: who waits on a selector must find it closed.
    channel.close();
    readable.close();
    writable.close();
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void setSoTimeout(int millis) {
    timeoutMillis = millis;
  }

  @Override
  public int getSoTimeout() {
    return timeoutMillis;
  }

  @Override
  public InetAddress getInetAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return UnixDomainSocketAddress.of(path);
  }

  @Override
  public int getSendBufferSize() {
    return BUFFER;
  }

  @Override
  public int getReceiveBufferSize() {
    return BUFFER;
  }

  // What TCP has and a Unix socket has not: accepted and meaningless.

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public boolean getTcpNoDelay() {
    return true;
  }

  @Override
  public void setKeepAlive(boolean on) {}

  @Override
  public void setSendBufferSize(int size) {}

  @Override
  public void setReceiveBufferSize(int size) {}
}
